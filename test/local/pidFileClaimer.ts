/**
 * A process for pidFile.test.ts. On the message `claim` it claims the pid file of its argument, and answers `won` or `lost`.
 * Any other message becomes its process name.
 */
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
