/** Writes the three forms of HTTP-date, RFC 9110 §5.6.7. */

const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** `Sun, 06 Nov 1994 08:49:37 GMT`, the only one that is generated today. */
export function imfFixdate(date: Date): string {
  return date.toUTCString()
}

/** `Sunday, 06-Nov-94 08:49:37 GMT`, obsolete. */
export function rfc850(date: Date): string {
  const [, day, month, year, time] = date.toUTCString().split(' ')
  return `${dayNames[date.getUTCDay()]}, ${day}-${month}-${year?.slice(-2)} ${time} GMT`
}

/** `Sun Nov  6 08:49:37 1994`, obsolete. */
export function asctime(date: Date): string {
  const [weekday, , month, year, time] = date.toUTCString().split(' ')
  const day = String(date.getUTCDate()).padStart(2, ' ')
  return `${weekday?.slice(0, 3)} ${month} ${day} ${time} ${year}`
}

/** The three forms, by name. */
export const dateForms = [
  ['IMF-fixdate', imfFixdate],
  ['RFC 850', rfc850],
  ['asctime', asctime],
] as const

export function secondsAfter(date: Date, seconds: number): Date {
  return new Date(date.getTime() + seconds * 1000)
}
