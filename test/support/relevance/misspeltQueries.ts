/** Queries in Latin letters that are spelt in another way than the clips: query → the title that is found first. */
export const misspeltQueries = `
# typo: missing letter
thundrstorm brno → Thunderstorm over Brno
nightngale dusk → Nightingale at Dusk
hedghog snuffling → Hedgehog Snuffling under the Hedge
synthwve sunset → Synthwave Sunset Boulevard
champgne cork → Champagne Cork and Fizz
didgerido stairwell → Didgeridoo in a Concrete Stairwell
kindrdijk → Windmill at Kinderdijk
extingisher discharge → Fire Extinguisher Discharge

# typo: doubled letter
thunderrstorm garda → Thunderstorm on Lake Garda
skylarrks meadow → Skylarks above the Meadow
typewritter carriage → Typewriter Carriage Return
lanntern waltz → Paper Lantern Waltz
cicaddas provence → Cicadas of Provence
shakuhachhi breath → Shakuhachi Breath Study
harmonnica elevator → Harmonica in a Glass Elevator
vuvuzzela → Vuvuzela Practice

# typo: wrong letter
humpbeck whale → Humpback Whale Song off Tonga
bubble wrsp popping → Bubble Wrap Popping
glacier ilulisset → Glacier Calving at Ilulissat
squaaky hinge → Squeaky Door Hinge
flamengo footwork → Flamenco Footwork on Oak
jellyfosh modular → Modular Jellyfish
grasshopoer symphony → Grasshopper Symphony
meditatiom commuters → Guided Meditation for Commuters

# typo: swapped letters
nightignale serenade → Nightingale Serenade
blakcsmith anvil → Blacksmith’s Forge and Anvil
geysre strokkur → Geyser Eruption at Strokkur
windmlil kinderdijk → Windmill at Kinderdijk
velvet hamemr → Velvet Hammer
pinbal larcade jackpot → Pinball Arcade Jackpot
floorbaords creaky → Creaky Floorboards Upstairs
kalimba boabab → Kalimba under the Baobab
ukluele rain dance → Ukulele Rain Dance

# typo: first letter
yhunderstorm brno → Thunderstorm over Brno
bightingale dusk → Nightingale at Dusk
ynthwave boulevard → Synthwave Sunset Boulevard
fypewriter carriage → Typewriter Carriage Return
ikulele rain dance → Ukulele Rain Dance
xhampagne fizz → Champagne Cork and Fizz
hteremin duet → Theremin and Tea Kettle Duet
didgeridoo xoncrete → Didgeridoo in a Concrete Stairwell

# typos: two
thundrstorm ovr brno → Thunderstorm over Brno
papre lanten waltz → Paper Lantern Waltz
humbpack whalle tonga → Humpback Whale Song off Tonga
squeeky hindge → Squeaky Door Hinge
tanwy olws beech wood → Tawny Owls in the Beech Wood
rotery telephone dailling → Rotary Telephone Dialling
flamneco footwrok → Flamenco Footwork on Oak
astromony insomniacs saturm → Astronomy for Insomniacs: Saturn
didgereedoo stairwell → Didgeridoo in a Concrete Stairwell

# typos: three
papre lanten walzt → Paper Lantern Waltz
humbpack whalle tongga → Humpback Whale Song off Tonga
tyepwriter cariage retrun → Typewriter Carriage Return
synthwav sunste bulevard → Synthwave Sunset Boulevard
astromony insomniaks neptun → Astronomy for Insomniacs: Neptune
suspention brigdes singg → Why Suspension Bridges Sing
glas harmoncia improvization → Glass Harmonica Improvisation
intervew rooftpo beekeper → Interview with a Rooftop Beekeeper
hurdi gurdi crosroads → Hurdy-Gurdy at the Crossroads

# accents missing
beyonce golden hour → Beyoncé Type Beat – Golden Hour
deja vu montreal → Déjà Vu in Montréal
creme brulee → Crème Brûlée Blues
jalapeno heartburn → Jalapeño Heartburn
manana por la manana → Mañana por la Mañana
dvorak humoresque → Dvořák Humoresque on Musical Saw
uber den dachern → Über den Dächern von Köln
sao joao party → São João Street Party
da nang market → Đà Nẵng Night Market
karleksvisa oland → Kärleksvisa från Öland
gymnopedie → Gymnopédie for Vibraphone
hyvaa yota → Hyvää yötä, Väinämöinen

# accents wrong
béyoncè golden hour → Beyoncé Type Beat – Golden Hour
dèja vú montrèal → Déjà Vu in Montréal
jalapéno heartburn → Jalapeño Heartburn
crëme brülée → Crème Brûlée Blues
dvoŕak saw → Dvořák Humoresque on Musical Saw
björk inspíred → Björk-Inspired Glass Drone
pôlka zubròwka → Żubrówka Polka
nightîngale sérénade → Nightingale Serenade

# folded letters
strassenbahn → Straßenbahn Linie 5
STRASSENBAHN LINIE → Straßenbahn Linie 5
lodz announcements → Łódź Fabryczna Announcements
smorrebrod song → Smørrebrød Song
aeon drift → Æon Drift
ÆON DRIFT → Æon Drift
isafjordur ferry → Ísafjörður Ferry Ramp
oeuvre hautbois → Œuvre pour hautbois seul
istanbul simit → İstanbul Simit Seller
ISTANBUL SİMİT → İstanbul Simit Seller
agri dagi → Ağrı Dağı Türküsü
zubrowka polka → Żubrówka Polka
thordis strokkur → Geyser Eruption at Strokkur
soren aero → Smørrebrød Song

# full width and ligatures
ｔｈｕｎｄｅｒｓｔｏｒｍ　ｂｒｎｏ → Thunderstorm over Brno
ＳＹＮＴＨＷＡＶＥ sunset → Synthwave Sunset Boulevard
ﬁre extinguisher → Fire Extinguisher Discharge
creaky ﬂoorboards → Creaky Floorboards Upstairs
oﬃce printer jam → Office Printer Paper Jam
efficient waffle → Efﬁcient Wafﬂe Iron
ﬂamenco footwork → Flamenco Footwork on Oak
ｺｰﾋｰﾒｰｶｰ → コーヒーメーカーの朝
ｹﾞｰﾑｾﾝﾀｰ → ゲームセンターの喧騒
𝓿𝓮𝓵𝓿𝓮𝓽 𝓱𝓪𝓶𝓶𝓮𝓻 → Velvet Hammer

# apostrophes
dont stop the carousel → Don’t Stop the Carousel
don't stop carousel → Don’t Stop the Carousel
don\`t stop carousel → Don’t Stop the Carousel
don´t stop carousel → Don’t Stop the Carousel
rock n roll laundromat → Rock ’n’ Roll Laundromat
rock ’n’ roll laundromat → Rock ’n’ Roll Laundromat
aint no lighthouse → Ain't No Lighthouse Here
ain’t no lighthouse → Ain't No Lighthouse Here
grandmas goulash → Grandma’s Goulash Recipe
omalleys jig → Paddy O’Malley’s Jig
o'malley's jig → Paddy O’Malley’s Jig
l'heure bleue → L’heure bleue à Marseille
whodve thought → Who’d’ve Thought

# dashes and signs
hip hop breakbeat → Hip-Hop Breakbeat 92 bpm
hiphop breakbeat → Hip-Hop Breakbeat 92 bpm
hip‐hop breakbeat → Hip-Hop Breakbeat 92 bpm
lofi study beats → Lo-Fi Study Beats for Grey Afternoons
lo–fi study → Lo-Fi Study Beats for Grey Afternoons
acdc converter → AC/DC Converter Hum
ac dc converter → AC/DC Converter Hum
ac/dc converter → AC/DC Converter Hum
dialup modem → Dial-up Modem Handshake
dial up modem → Dial-up Modem Handshake
kaching register → Cash Register Ka-ching
trex roar → T-Rex Roar, Designed
xray machine → X-Ray Machine Warm-up
ska-punk take 7 → Ska‑Punk Rehearsal, Take 7
skapunk rehearsal → Ska‑Punk Rehearsal, Take 7
nocturne c sharp minor → Nocturne in C-sharp Minor
`
