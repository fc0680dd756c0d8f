/** The tables of plays, and clips to play. */
import { neon } from '@neondatabase/serverless'
import { env } from 'cloudflare:workers'
import { v7 as uuidv7 } from 'uuid'
import { insertClip } from '../../src/db/clips.ts'
import { readSettings } from '../../src/http/settings.ts'
import { database } from './api.ts'
import { Tables, tablesStatement } from './playModel.ts'

/** Inserts rows without audio, which counting does not need. */
export async function insertClips(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidv7())
  for (const id of ids) {
    await insertClip(database(), {
      id,
      title: id,
      contentType: 'audio/mpeg',
      size: 1,
      sha256: id.replaceAll('-', '').repeat(2),
    })
  }
  return ids
}

export async function readTables(): Promise<Tables> {
  const [row] = await neon(readSettings(env).database.url).query(tablesStatement)
  return Tables.parse(row)
}
