/** Listing: filters, search, pages, and what is refused. */
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Clip } from '../../src/clips/clip.ts'
import { asAdmin, call, emptyLibrary, expectProblem, fixture, uploaded } from '../support/api.ts'

const Page = z.object({ items: z.array(Clip), next_cursor: z.string().nullable() })

async function list(query: string, headers: HeadersInit = {}) {
  const response = await call(`/api/clips?${query}`, { headers })
  expect(response.status).toBe(200)
  return Page.parse(await response.json())
}

const titles = (page: z.output<typeof Page>) => page.items.map((clip) => clip.title)

describe('the list', () => {
  beforeAll(async () => {
    await emptyLibrary()
    const opus = fixture('opus.opus')
    await uploaded(opus, { title: 'Rain', genre: 'Nature', tags: ['rain', 'wet'], artist: 'Clouds' })
    await uploaded(opus, {
      title: '100% Sun',
      genre: 'nature',
      tags: ['dry'],
      artist: 'Sky',
      description: 'Bright_light',
    })
    await uploaded(opus, { title: 'Drums', genre: 'Percussion', tags: ['dry', 'wet'], artist: 'Rainer' })
    await uploaded(opus, { title: 'Straße', genre: 'city', tags: [], artist: 'Ä' })
    await uploaded(opus, { title: 'ΟΔΟΣ İzmir', artist: 'Ω' })
    await uploaded(opus, { title: 'Diary', visibility: 'private', artist: 'Me' })
  })

  it.each([
    ['', ['ΟΔΟΣ İzmir', 'Straße', 'Drums', '100% Sun', 'Rain']],
    ['genre=NATURE', ['100% Sun', 'Rain']],
    ['tag=dry', ['Drums', '100% Sun']],
    ['tag=dry&tag=wet', ['Drums']],
    ['search=rain', ['Rain', 'Drums']],
    ['search=rain&sort=newest', ['Drums', 'Rain']],
    ['search=RAIN+clouds', ['Rain']],
    ['search=wet&genre=percussion', ['Drums']],
    ['search=stra%C3%9Fe', ['Straße']],
    ['search=%CE%9F%CE%94%CE%9F%CE%A3+%C4%B0zmir', ['ΟΔΟΣ İzmir']],
    ['search=%CE%9F%CE%94%CE%9F', ['ΟΔΟΣ İzmir']],
    ['search=stra%C3%9F%09+rain', ['Straße']],
    ['search=strasse', ['Straße']],
    ['search=+%E3%80%80', ['ΟΔΟΣ İzmir', 'Straße', 'Drums', '100% Sun', 'Rain']],
    ['search=100%25', ['100% Sun']],
    ['search=0_0', []],
    ['search=bright_', ['100% Sun']],
    ['search=%5C', ['ΟΔΟΣ İzmir', 'Straße', 'Drums', '100% Sun', 'Rain']],
    ['search=diary', []],
    ['limit=2', ['ΟΔΟΣ İzmir', 'Straße']],
  ])('%s', async (query, expected) => {
    expect(titles(await list(query))).toEqual(expected)
  })

  it('shows private clips to the admin', async () => {
    expect(titles(await list('', asAdmin))).toContain('Diary')
  })

  it('has every clip once on its pages, which Link leads to', async () => {
    const seen: string[] = []
    let next: string | null = '/api/clips?limit=1'
    while (next !== null) {
      const response: Response = await call(next)
      seen.push(...titles(Page.parse(await response.json())))
      next = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('Link') ?? '')?.[1] ?? null
    }
    expect(seen).toEqual(['ΟΔΟΣ İzmir', 'Straße', 'Drums', '100% Sun', 'Rain'])
  })

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1&limit=2',
    'limit=1e1',
    'genre=',
    `search=${'x'.repeat(201)}`,
    'search=%00',
    'q=rain',
  ])('refuses %s', async (query) => {
    await expectProblem(await call(`/api/clips?${query}`), 422, 'invalid-fields')
  })
})
