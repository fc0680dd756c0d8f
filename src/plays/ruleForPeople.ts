/** The rule in plain words, for the documentation page; README.md beside this file says more. */
import { rejections } from './play.ts'

export const ruleForPeople = `**What counts as a play.** A GET of this address whose successful answer begins at byte 0 and is more than a player's
probe, once for each listener and clip within \`PLAY_WINDOW_SECONDS\` (30 unless set otherwise): the first start counts, and
each later one if a whole window lies between it and the last that counted. A listener is known by a hash of address, user
agent and a secret that changes each day (UTC): no address is stored, no cookie is set. What is not counted:

${Object.entries(rejections)
  .map(([name, meaning]) => `- \`${name}\`: ${meaning}.`)
  .join('\n')}
- \`repeat\`: a start within the window of a play by the same listener.

A page that shows many clips does well to use \`preload="none"\`: a player that loads ahead looks like one that plays.`
