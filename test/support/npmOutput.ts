/** The lines of `npm ci` that a quiet installation does not print. */
export function unexpectedLines(output: string): string[] {
  return output.split('\n').filter((line) => line.trim() !== '' && !/^added \d+ packages in \S+$/.test(line))
}
