/** The clips in Latin letters that the relevance set looks for: title | artist | genre | tags | description. */
export const latinClips = `
Paper Lantern Waltz | Mira Okafor | folk | waltz, accordion | A slow waltz for accordion and upright piano, in one take.
Paper Moon Lullaby | Tess Holloway | lullaby | sleep, ukulele | For my niece, who does not want to go to bed.
Moon Paper Kite | Orchard Street Trio | jazz | double bass, brushes | Improvised at the end of a long session.
Rain on a Tin Roof | Field Notes | ambient | rain, field-recording | Steady rain on corrugated iron, twenty minutes before sunrise.
Rain on the Tent | Field Notes | ambient | rain, camping | Heard from inside, with a zip that flaps.
Rain of Gold, Roof of Tin | The Velvet Foxes | indie pop | single, guitar | The last song of the album.
Thunderstorm over Brno | Petr Novák | field recording | thunder, weather | Recorded from a balcony on the seventh floor.
Thunderstorm on Lake Garda | Chiara Bellini | field recording | thunder, water | Boats knock against the pier while the front passes.
Nightingale at Dusk | Ewa Zielińska | field recording | birds, spring | A single male behind the allotments, no wind.
Nightingale Serenade | Orchard Street Trio | jazz | ballad, clarinet | A slow ballad with clarinet.
Skylarks above the Meadow | Ewa Zielińska | field recording | birds, summer | Parabolic dish, morning.
Tawny Owls in the Beech Wood | Gareth Pugh | field recording | birds, owl | Two adults and begging young.
Cicadas of Provence | Hélène Dubois | field recording | insects, heat | Midday near Gordes, with a distant scooter.
Glacier Calving at Ilulissat | Nuka Petersen | field recording | ice, greenland | Several tonnes fall into the fjord at the end.
Humpback Whale Song off Tonga | Blue Acre Research | field recording | whale, hydrophone | Hydrophone at eleven metres below the dinghy.
Bullfrog Chorus in the Bayou | Remy Thibodeaux | field recording | frogs, louisiana | Loud enough to drown out the airboat.
Hedgehog Snuffling under the Hedge | Gareth Pugh | field recording | mammals, garden | It comes for the cat food every evening.
Geyser Eruption at Strokkur | Þórdís Hauksdóttir | field recording | geyser, water | Tourists gasp.
Windmill at Kinderdijk | Joost van der Veen | field recording | windmill, wood | Wooden gears, sails and a mallard.
Blacksmith’s Forge and Anvil | Ironbridge Museum | field recording | craft, metal | Bellows, hammer strokes, quenching in oil.
Harbour at First Light | Clips | ambient | gulls, boats | Rigging and gulls before the fish market opens.
Trabant Cold Start | Jürgen Groß | sound effects | engine, two-stroke | It needs three attempts in December.
Straßenbahn Linie 5 | Jürgen Groß | field recording | tram, dresden | Ride to the terminus with announcements.
Über den Dächern von Köln | Jürgen Groß | ambient | city, bells | Cathedral bells from a rooftop.
Łódź Fabryczna Announcements | Ewa Zielińska | field recording | railway, station | Loudspeakers under the glass vault.
Smørrebrød Song | Søren Ærø | children | denmark, lunch | A counting song about open sandwiches.
Æon Drift | Þórdís Hauksdóttir | drone | synth, slow | Forty strings, bowed for an hour and cut to six minutes.
Ísafjörður Ferry Ramp | Þórdís Hauksdóttir | field recording | ferry, chains | The ramp comes down in sleet.
Mañana por la Mañana | Los Tres Limones | cumbia | accordion, dance | For the summer party.
Jalapeño Heartburn | Los Tres Limones | cumbia | trumpet, dance | Hot and quick.
Déjà Vu in Montréal | Hélène Dubois | chanson | french, piano | Written in a laundromat on Rue Rachel.
Crème Brûlée Blues | Bertrand Lefèvre | blues | slide guitar, kitchen | A torch is used as percussion.
L’heure bleue à Marseille | Hélène Dubois | chanson | french, evening | The old port when the lamps go on.
Œuvre pour hautbois seul | Bertrand Lefèvre | classical | oboe, contemporary | First performance, with a cough.
Beyoncé Type Beat – Golden Hour | DJ Marmalade | r&b | type beat, instrumental | Free for non-profit use.
Björk-Inspired Glass Drone | Nuka Petersen | drone | glass, voice | Wine glasses and breath.
Dvořák Humoresque on Musical Saw | Petr Novák | classical | saw, humoresque | An old joke, well bowed.
Żubrówka Polka | Kapela Sosna | polka | wedding, clarinet | Played at three in the morning.
İstanbul Simit Seller | Defne Yılmaz | field recording | street, cries | He has walked this hill for forty years.
Ağrı Dağı Türküsü | Defne Yılmaz | folk | saz, turkey | Learned from my grandfather.
Đà Nẵng Night Market | Nguyễn Thị Hạnh | field recording | market, vietnam | Grills, scooters and bargaining.
São João Street Party | Tiago Guimarães | forró | triangle, party | Fireworks at the end, mind your ears.
Kärleksvisa från Öland | Åsa Sjöqvist | folk | nyckelharpa, sweden | A love song, tuned a little flat.
Hyvää yötä, Väinämöinen | Päivi Mäkelä | folk | kantele, finland | Five strings and a good night.
Don’t Stop the Carousel | The Velvet Foxes | indie pop | single, organ | First single of the second album.
Rock ’n’ Roll Laundromat | Danny Quill | rock | rockabilly, upright bass | Recorded between two spin cycles.
Ain't No Lighthouse Here | Saltmarsh Choir | gospel | choir, organ | Live in the chapel.
Grandma’s Goulash Recipe | Tess Holloway | memo | recipe, family | She never says how much paprika.
Paddy O’Malley’s Jig | Ceilidh Collective | folk | fiddle, jig | Twice through, then faster.
Who’d’ve Thought | Danny Quill | rock | ballad, piano | The slow one.
Hip-Hop Breakbeat 92 bpm | DJ Marmalade | hip-hop | breakbeat, loop | Four bars, dusty and swung.
Lo-Fi Study Beats for Grey Afternoons | Kettle & Keys | lo-fi | study, chill | Vinyl crackle and a sleepy Rhodes.
AC/DC Converter Hum | Workshop Noises | sound effects | electricity, transformer | A cheap power brick at full load.
Dial-up Modem Handshake | Workshop Noises | sound effects | modem, retro | 56k, answered at the second try.
Cash Register Ka-ching | Workshop Noises | sound effects | shop, bell | A brass till from 1911.
T-Rex Roar, Designed | Monster Foley | sound effects | dinosaur, roar | An elephant, a goat and a tiger, slowed down.
X-Ray Machine Warm-up | Workshop Noises | sound effects | hospital, machine | From a closed veterinary practice.
Ska‑Punk Rehearsal, Take 7 | Brass Monkeys | memo | rehearsal, trombone | The drummer breaks a cymbal stand.
Nocturne in C-sharp Minor | Ludmila Horák | classical | piano, chopin | An upright from 1936, close microphones.
Squeaky Door Hinge | Monster Foley | sound effects | door, creak | Needs oil, will not get any.
Creaky Floorboards Upstairs | Monster Foley | sound effects | wood, footsteps | Old farmhouse, socks.
Typewriter Carriage Return | Workshop Noises | sound effects | typewriter, office | An Olivetti from a flea market.
Rotary Telephone Dialling | Workshop Noises | sound effects | telephone, retro | The number of the speaking clock.
Bubble Wrap Popping | Monster Foley | sound effects | plastic, satisfying | A whole sheet, slowly, then all at once.
Champagne Cork and Fizz | Monster Foley | sound effects | bottle, celebration | It hits the ceiling.
Camera Shutter Burst | Workshop Noises | sound effects | camera, click | Eleven frames a second.
Fire Extinguisher Discharge | Monster Foley | sound effects | hiss, safety | Outdoors, from two metres.
Office Printer Paper Jam | Workshop Noises | sound effects | printer, office | With a sigh.
Flamenco Footwork on Oak | Inés Carmona | flamenco | dance, zapateado | No guitar, only heels.
Efﬁcient Wafﬂe Iron | Monster Foley | sound effects | kitchen, steam | Batter, steam and a beep.
Pinball Arcade Jackpot | Workshop Noises | sound effects | arcade, game | Multiball on a machine from 1986.
Popcorn in a Copper Kettle | Monster Foley | sound effects | kitchen, popcorn | First pops at forty seconds.
Kettle Drum, Copper Bowl | Ludmila Horák | classical | timpani, percussion | Rolls and single strokes at four dynamics.
Glass Harmonica Improvisation | Bertrand Lefèvre | classical | harmonica, glass | Wet fingers on spinning bowls.
Harmonica in a Glass Elevator | Danny Quill | blues | harmonica, reverb | Twelve floors, one bend.
Velvet Hammer | Brass Monkeys | funk | bass, horns | Slap bass and a talk box.
Hammer and Velvet Curtain | Monster Foley | sound effects | theatre, stage | Building the set.
Honey Badger Boogie | Danny Quill | rock | boogie, piano | It does not care.
Badger Sett with Honey Trap | Gareth Pugh | field recording | mammals, night | Cubs find the bait after an hour.
Midnight Ferry to Skye | Ceilidh Collective | folk | fiddle, ballad | Slow air in D.
Last Ferry before Midnight | Field Notes | ambient | engine, boat | The deck hums.
Black Cat Bone | Danny Quill | blues | slide guitar, delta | In open G.
Cat, Black Bone China | Tess Holloway | memo | poem, cat | I read a poem about a broken cup.
Didgeridoo in a Concrete Stairwell | Jarrah Bell | experimental | reverb, drone | Nine seconds of echo.
Shakuhachi Breath Study | Kenji Mori | experimental | flute, breath | Long tones, no vibrato.
Hurdy-Gurdy at the Crossroads | Kapela Sosna | folk | drone, medieval | A wheel, three strings, one buzzing bridge.
Theremin and Tea Kettle Duet | Kettle & Keys | experimental | theremin, steam | They meet at about B flat.
Ukulele Rain Dance | Tess Holloway | pop | ukulele, children | For the school play.
Kalimba under the Baobab | Amara Diallo | world | kalimba, mali | Goats walk past.
Vuvuzela Practice | Amara Diallo | memo | football, horn | The neighbours have been told.
Synthwave Sunset Boulevard | Neon Escalator | synthwave | retro, drive | Gated snares, a chorus of saws.
Modular Jellyfish | Neon Escalator | ambient | modular, generative | Patch notes are in the comments.
Chiptune Dungeon Boss | Pixel Pirate | chiptune | game, gameboy | Two pulses, one triangle, much panic.
Gymnopédie for Vibraphone | Ludmila Horák | classical | satie, vibraphone | Motor off.
Sleigh Bells Loop | Pixel Pirate | christmas | bells, loop | Sixteenths at 120, dry.
Zither Tango Noir | Orchard Street Trio | tango | zither, film | For a film with few lamps.
Bagpipe Lament for Hamish | Ceilidh Collective | folk | bagpipe, funeral | Played once, outdoors.
Grasshopper Symphony | Blue Acre Research | field recording | insects, ultrasound | Slowed down eight times.
Why Suspension Bridges Sing | Curious Engineers | podcast | engineering, wind | Episode 12: vortices, cables and one very worried mayor.
The Sourdough Hour, Episode 4 | Flour Power Radio | podcast | baking, bread | We feed a starter named Clint and answer letters.
Interview with a Rooftop Beekeeper | Flour Power Radio | podcast | bees, city | Nine hives above a car park.
Astronomy for Insomniacs: Saturn | Sleepy Telescope | podcast | space, planets | Rings, moons and a very soft voice.
Astronomy for Insomniacs: Neptune | Sleepy Telescope | podcast | space, planets | Supersonic winds, told slowly.
How Lighthouses Lost Their Keepers | Curious Engineers | podcast | history, sea | The last one left in 1998.
Ghosts of the Orient Express | Curious Engineers | podcast | railway, history | Eleven passengers, one wrong suitcase.
Shopping List, Read by a Pirate | Pixel Pirate | comedy | pirate, voice | Rum, limes, dishwasher tablets.
Idea for a Chorus in E Flat | Mira Okafor | memo | songwriting, voice | Hummed on the bus, sorry for the engine.
Landlord about the Boiler | Gareth Pugh | memo | phone, flat | He promises Thursday again.
Physics Lecture on Superconductors | Prof. Anand Iyer | lecture | physics, university | Levitation is shown at the end; the nitrogen boils audibly.
Guided Meditation for Commuters | Sleepy Telescope | meditation | calm, train | Keep your eyes open if you drive.
Goodnight, Rhinoceros | Amara Diallo | lullaby | children, sleep | A bedtime story with a large animal.
Untitled 03 | Remy Thibodeaux | memo | washboard, zydeco | Washboard played with thimbles, in the parking lot.
Untitled 04 | Joost van der Veen | field recording | contact microphone | Contact microphone on a barbed-wire fence in a gale.
Session B, Reel 2 | Ironbridge Museum | interview | oral history | A retired switchboard operator recalls the blackout of 1940.
Test Recording | Chiara Bellini | memo | test | Binaural dummy head beside an espresso machine.
New Recording 17 | Nuka Petersen | memo | dogs | Sledge huskies howl as the harness comes out.
Outtake | Inés Carmona | memo | laughter | Castanets drop and somebody swears in Andalusian.
Room Tone | Monster Foley | sound effects | silence | An empty planetarium with the ventilation off.
Monday | Prof. Anand Iyer | memo | lecture | Notes on quantum tunnelling and the price of samosas.
Evening Prayer | Saltmarsh Choir | choral | evensong, plainchant | Countertenor solo; a wasp in the vestry.
`
