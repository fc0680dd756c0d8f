/** A statement deletes so many, to be done in good time; a run ends after so many statements, to go on at the next. */
const pieceRows = 5000
const maxPieces = 40

/** Deletes what may be much in pieces, by a statement that takes how many it may delete; gives how many it were. */
export async function deleteInPieces(deletePiece: (limit: number) => Promise<number>): Promise<number> {
  let deleted = 0
  for (let pieces = 0; pieces < maxPieces; pieces += 1) {
    const piece = await deletePiece(pieceRows)
    deleted += piece
    if (piece < pieceRows) break
  }
  return deleted
}
