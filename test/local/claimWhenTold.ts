/** Claims the pid file of its argument when told `claim` and says whether it won; any other word is its name then. */
import { claimPidFile } from '../../src/local/pidFile.ts'

const path = process.argv[2] ?? ''

function claim(): string {
  try {
    return 'release' in claimPidFile(path) ? 'won' : 'lost'
  } catch (error) {
    return String(error)
  }
}

process.on('message', (word) => {
  if (word !== 'claim') process.title = String(word)
  process.send?.(word === 'claim' ? claim() : 'renamed')
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
