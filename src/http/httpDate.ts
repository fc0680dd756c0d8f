/** HTTP dates, RFC 9110 §5.6.7. `Date.parse` takes much that is none, and so cannot serve here. Pure. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const month = `(?<month>${months.join('|')})`
const day = '(?<day>\\d{2})'
const time = '(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)'

const formats = [
  // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ${day} ${month} (?<year>\\d{4}) ${time} GMT$`),
  // RFC 850: Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, ${day}-${month}-(?<year>\\d{2}) ${time} GMT$`),
  // asctime: Sun Nov  6 08:49:37 1994
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${month} (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})$`),
]

/** Seconds since 1970 of an HTTP date in any of its three formats; undefined for anything else. */
export function parseHttpDate(text: string, nowMs: number = Date.now()): number | undefined {
  const match = formats.map((format) => format.exec(text)).find((result) => result !== null)
  const { year, month: name, day: dayText, hour, minute, second } = match?.groups ?? {}
  if (!year || !name || !dayText) return undefined
  const fullYear =
    year.length === 2 ? nearestYear(Number(year), new Date(nowMs).getUTCFullYear()) : Number(year)
  const dayOfMonth = Number(dayText)
  const midnight = new Date(0)
  midnight.setUTCFullYear(fullYear, months.indexOf(name), dayOfMonth)
  // The 31st of February is a day in March: no such date.
  if (midnight.getUTCDate() !== dayOfMonth) return undefined
  return midnight.getTime() / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second)
}

/** A two-digit year more than 50 years ahead is in the past (§5.6.7). */
function nearestYear(twoDigits: number, thisYear: number): number {
  const year = thisYear - (thisYear % 100) + twoDigits
  return year > thisYear + 50 ? year - 100 : year
}
