/** Where the sound of a channel comes from. Loudness weighs channels by it. */

/** M is a single channel. Ls and Rs are at the sides or a little behind (±60° to ±120°), Lb, Rb and Cb at the back. */
export type Speaker = 'M' | 'L' | 'R' | 'C' | 'LFE' | 'Ls' | 'Rs' | 'Lb' | 'Rb' | 'Cb' | 'Lc' | 'Rc' | 'other'
