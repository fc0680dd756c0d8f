/** What `npm run dev` checks before it starts anything. */
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { Failure, reason } from './failure.ts'
import { claimPidFile } from './pidFile.ts'
import { openPostgres } from './postgres.ts'

/** Fails if the port is in use: wrangler would silently take another one. */
export async function checkPortIsFree(port: number): Promise<void> {
  const probe = createServer()
  try {
    probe.listen(port, '127.0.0.1')
    await once(probe, 'listening')
  } catch (error) {
    throw new Failure(`Port ${port} is not free: ${reason(error)}. Choose another with --port.`)
  } finally {
    probe.close()
  }
}

/** Claims the state folder for this process. Returns what releases it. */
export function claimStateFolder(state: string): () => void {
  const claim = claimWritable(state)
  if ('release' in claim) return claim.release
  throw new Failure(
    `Process ${claim.heldBy} is already running on ${state}, as ${pidFile(state)} says. ` +
      'Stop it, choose another folder with --state, or delete that file if it is wrong.',
  )
}

function pidFile(state: string): string {
  return join(state, 'dev.pid')
}

function claimWritable(state: string) {
  try {
    mkdirSync(state, { recursive: true })
    return claimPidFile(pidFile(state))
  } catch (error) {
    throw new Failure(
      `The state folder ${state} cannot be written: ${reason(error)}. Choose another with --state.`,
    )
  }
}

/** Fails if the Postgres of --postgres does not answer. */
export async function checkPostgresAnswers(url: string): Promise<void> {
  const database = openPostgres(url)
  try {
    await database.query({ text: 'select 1', params: [] })
  } catch (error) {
    const { host } = new URL(url)
    throw new Failure(`The Postgres of --postgres (${host}) does not answer: ${reason(error)}`)
  } finally {
    await database.close()
  }
}
