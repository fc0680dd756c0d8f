import type { CaseRequest, ConformanceCase, Expected } from '../conformanceCase.ts'
import { get, head, part, parts, whole } from './asking.ts'

/**
 * A file name beyond ASCII, with characters that a header must not contain, so that both forms of the name are needed (RFC
 * 6266 §4.3). The suite uploads its clip with it.
 */
export const fileName = 'Café "Ørsted" 5 % – naïve.ogg'

const underItsName = (type: 'inline' | 'attachment') =>
  new RegExp(
    `^${type};(?=.*\\bfilename=("([\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\.)+"|[\\w.-]+)(;|$))(?=.*\\bfilename\\*=UTF-8''[\\w.%~!#$&+^\`|-]+(;|$))`,
  )

const disposed = (expected: Expected, type: 'inline' | 'attachment'): Expected => ({
  ...expected,
  headers: { ...expected.headers, 'Content-Disposition': underItsName(type) },
})

const download = '?download=1'

/** A download whose name is asked for. */
function saved(name: string, asked: string, disposition: string | RegExp): [string, CaseRequest, Expected] {
  return [
    name,
    { query: `?download=${asked}`, headers: [] },
    { ...whole, headers: { 'Content-Disposition': disposition } },
  ]
}

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
    'the name is that of the uploaded file',
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
  ['download=true is the same as 1', { query: '?download=true', headers: [] }, disposed(whole, 'attachment')],
  ['download=false is no download', { query: '?download=false', headers: [] }, disposed(whole, 'inline')],
  [
    'unknown parameters are ignored',
    { query: '?utm_source=x&download', headers: [] },
    disposed(whole, 'inline'),
  ],
  saved(
    'a download is saved under the name that is asked for',
    'Other%20name.ogg',
    'attachment; filename="Other name.ogg"',
  ),
  saved('a download gets the extension of Ogg', 'other', /^attachment; filename="?other\.ogg"?$/),
  saved('a download is never saved as a program', 'setup.exe', /^attachment; filename="?setup\.exe\.ogg"?$/),
  saved(
    'a download is never saved into another folder',
    '..%2F..%5Cx.oga',
    'attachment; filename=".. .. x.oga"',
  ),
  saved('a download may have any name', '%E9%9F%B3', /^attachment;.*filename\*=UTF-8''%E9%9F%B3\.ogg/),
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
