import type { CaseRequest, ConformanceCase, Expected } from '../conformanceCase.ts'
import { get, head, part, parts, whole } from './asking.ts'

/**
 * A title beyond ASCII, with what a header may not hold as it is, so that both forms of the name are needed
 * (RFC 6266 §4.3). The suite uploads its clip under it.
 */
export const title = 'Café "Ørsted" / 5 % – naïve'

const underItsName = (type: 'inline' | 'attachment') =>
  new RegExp(
    `^${type};(?=.*\\bfilename=("([\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\.)+"|[\\w.-]+)(;|$))(?=.*\\bfilename\\*=UTF-8''[\\w.%~!#$&+^\`|-]+(;|$))`,
  )

const disposed = (expected: Expected, type: 'inline' | 'attachment'): Expected => ({
  ...expected,
  headers: { ...expected.headers, 'Content-Disposition': underItsName(type) },
})

const download = '?download=1'

const named: [name: string, request: CaseRequest, expected: Expected][] = [
  ['a 200 is shown in place, under its name', get(), disposed(whole, 'inline')],
  ['a 206 is shown in place, under its name', get('Range: bytes=0-1'), disposed(part(0, 1), 'inline')],
  ['HEAD says so too', head(), disposed({ status: 200, body: 'none' }, 'inline')],
  ['a download is saved', { query: download, headers: [] }, disposed(whole, 'attachment')],
  [
    'a download that is resumed is saved',
    { query: download, headers: ['Range: bytes=1000-'] },
    disposed(part(1000, -1), 'attachment'),
  ],
  [
    'a download in several ranges is saved',
    { query: download, headers: ['Range: bytes=0-9,5000-5009'] },
    disposed(parts([0, 9], [5000, 5009]), 'attachment'),
  ],
  [
    'HEAD of a download says so too',
    { method: 'HEAD', query: download, headers: [] },
    disposed({ status: 200, body: 'none' }, 'attachment'),
  ],
  [
    'a download has the same tag',
    { query: download, headers: [] },
    { ...whole, asInWhole: ['ETag', 'Content-Type', 'Last-Modified', 'Repr-Digest'] },
  ],
  [
    'the name is the title',
    get(),
    {
      ...whole,
      headers: { 'Content-Disposition': /filename\*=UTF-8''Caf%C3%A9[^;]*%C3%98rsted[^;]*na%C3%AFve/ },
    },
  ],
  [
    'the name ends as Ogg does',
    get(),
    { ...whole, headers: { 'Content-Disposition': /filename="?[^";]*\.og[ga]"?(;|$)/ } },
  ],
  [
    'the name holds no path',
    get(),
    { ...whole, headers: { 'Content-Disposition': /^(?!.*filename[^;]*(\/|%2F))/i } },
  ],
]

export const contentDisposition: ConformanceCase[] = named.map(
  ([name, request, expected]): ConformanceCase => ({
    name: `name: ${name}`,
    section: 'RFC 6266 §4',
    level: 'client',
    ours: true,
    request,
    expected,
  }),
)
