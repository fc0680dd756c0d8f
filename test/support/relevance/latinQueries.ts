/** Queries that are typed in Latin letters as the clips have them: query → the title that is found first. */
export const latinQueries = `
# exact
paper lantern waltz → Paper Lantern Waltz
Midnight Ferry to Skye → Midnight Ferry to Skye
Test Recording → Test Recording
Glacier Calving at Ilulissat → Glacier Calving at Ilulissat
rain on the tent → Rain on the Tent
Untitled 03 → Untitled 03
Why Suspension Bridges Sing → Why Suspension Bridges Sing
Shopping List, Read by a Pirate → Shopping List, Read by a Pirate
Last Ferry before Midnight → Last Ferry before Midnight

# word order
waltz lantern paper → Paper Lantern Waltz
roof tin rain on → Rain on a Tin Roof
whale humpback tonga song → Humpback Whale Song off Tonga
saw musical humoresque → Dvořák Humoresque on Musical Saw
serenade nightingale → Nightingale Serenade
lighthouses keepers lost → How Lighthouses Lost Their Keepers
boogie badger honey → Honey Badger Boogie
stairwell concrete didgeridoo → Didgeridoo in a Concrete Stairwell
carriage typewriter → Typewriter Carriage Return

# half remembered
humpback tonga → Humpback Whale Song off Tonga
bullfrog bayou → Bullfrog Chorus in the Bayou
ghosts express → Ghosts of the Orient Express
lantern okafor → Paper Lantern Waltz
carousel foxes → Don’t Stop the Carousel
insomniacs neptune → Astronomy for Insomniacs: Neptune
beekeeper rooftop → Interview with a Rooftop Beekeeper
sourdough flour → The Sourdough Hour, Episode 4
theremin kettle → Theremin and Tea Kettle Duet
bagpipe hamish → Bagpipe Lament for Hamish
nocturne horak → Nocturne in C-sharp Minor

# prefix
thunderst br → Thunderstorm over Brno
nightingale at du → Nightingale at Dusk
humpback wha → Humpback Whale Song off Tonga
kinderd → Windmill at Kinderdijk
gymnop → Gymnopédie for Vibraphone
champagne cor → Champagne Cork and Fizz
dial up mod → Dial-up Modem Handshake
astronomy for insomniacs: sat → Astronomy for Insomniacs: Saturn
żubrów pol → Żubrówka Polka
didgerid concr → Didgeridoo in a Concrete Stairwell
paper lante → Paper Lantern Waltz

# plural and singular
nightingales dusk → Nightingale at Dusk
skylark meadow → Skylarks above the Meadow
cicada provence → Cicadas of Provence
tawny owl beech → Tawny Owls in the Beech Wood
squeaky door hinges → Squeaky Door Hinge
hedgehogs snuffling → Hedgehog Snuffling under the Hedge
windmills kinderdijk → Windmill at Kinderdijk
suspension bridge → Why Suspension Bridges Sing
grasshoppers symphonies → Grasshopper Symphony
sleigh bell loops → Sleigh Bells Loop
jellyfish modulars → Modular Jellyfish

# phrase
"tin roof" → Rain on a Tin Roof
"paper moon" → Paper Moon Lullaby
"moon paper" → Moon Paper Kite
"glass harmonica" → Glass Harmonica Improvisation
"glass elevator" → Harmonica in a Glass Elevator
"velvet hammer" → Velvet Hammer
"honey badger" → Honey Badger Boogie
"midnight ferry" → Midnight Ferry to Skye
"copper kettle" → Popcorn in a Copper Kettle
"black bone china" → Cat, Black Bone China
"black cat bone" → Black Cat Bone
“dummy head” espresso → Test Recording

# exclusion
glass harmonica -elevator → Glass Harmonica Improvisation
harmonica glass -improvisation → Harmonica in a Glass Elevator
honey badger -boogie → Badger Sett with Honey Trap
paper moon -kite → Paper Moon Lullaby
paper moon -lullaby → Moon Paper Kite
tin roof rain -gold → Rain on a Tin Roof
nightingale -dusk clarinet → Nightingale Serenade
insomniacs astronomy -saturn → Astronomy for Insomniacs: Neptune
ferry midnight -skye → Last Ferry before Midnight
copper kettle -"kettle drum" → Popcorn in a Copper Kettle

# or
didjeridu or didgeridoo → Didgeridoo in a Concrete Stairwell
shakuhachi or zugtrompete → Shakuhachi Breath Study
tramvaj or straßenbahn → Straßenbahn Linie 5
hornussen OR vuvuzela → Vuvuzela Practice
qanun or zither noir → Zither Tango Noir
chiptune boss or bitpop boss → Chiptune Dungeon Boss
"kettle timpani" or "kettle drum" → Kettle Drum, Copper Bowl
nyckelharpa or keyfiddle → Kärleksvisa från Öland
smorrebrod song or smorgastarta → Smørrebrød Song

# tags and artist
accordion okafor → Paper Lantern Waltz
breakbeat marmalade → Hip-Hop Breakbeat 92 bpm
gameboy pixel pirate → Chiptune Dungeon Boss
hydrophone blue acre → Humpback Whale Song off Tonga
kantele päivi → Hyvää yötä, Väinämöinen
zapateado carmona → Flamenco Footwork on Oak
two-stroke jürgen → Trabant Cold Start
timpani ludmila → Kettle Drum, Copper Bowl
baking flour power → The Sourdough Hour, Episode 4
greenland petersen → Glacier Calving at Ilulissat
university iyer → Physics Lecture on Superconductors

# description only
washboard thimbles → Untitled 03
barbed-wire fence gale → Untitled 04
switchboard operator blackout → Session B, Reel 2
binaural espresso → Test Recording
huskies howl harness → New Recording 17
castanets andalusian → Outtake
planetarium ventilation → Room Tone
quantum tunnelling samosas → Monday
countertenor wasp vestry → Evening Prayer
cymbal stand drummer → Ska‑Punk Rehearsal, Take 7
starter named clint → The Sourdough Hour, Episode 4
`
