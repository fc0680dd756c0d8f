/** Words of several scripts, and syllables from which more words and names are made. Written for the generator. */

export type Script = {
  /** Of all clips, in percent. */
  share: number
  /** Between words. Chinese, Japanese and Thai have none. */
  separator: '' | ' '
  words: readonly string[]
  syllables: readonly string[]
}

const list = (text: string) => text.trim().split(/\s+/u)

/** Stand for words of the English vocabulary in some Latin titles and names. */
export const accentedWords = list(`
  café naïve Beyoncé façade fiancée Łódź Kraków Straße Größe über Ærø Ålesund smørrebrød crème brûlée jalapeño señor niño
  corazón canción São João coração maçã Dvořák Žižek Čapek příroda řeka Şehir İstanbul ağaç Reykjavík þorn Guðrún Zürich
  München Köln déjà voilà Noël garçon être œuvre cœur élan mañana piñata Māori tūī Việt phở Đà Nẵng háček résumé Björk
  Sigur Rós Motörhead Mötley Håkan Søren Tromsø Škoda Łukasz żółw gęś București țară Győr fűző æther encyclopædia
`)

/** The Latin script is the English vocabulary: it is what the other shares leave. */
export const scripts = {
  chinese: {
    share: 4,
    separator: '',
    words: list(`
      音乐 下雨 雷声 海浪 森林 鸟鸣 城市 火车 夜晚 清晨 钢琴 吉他 古筝 二胡 歌曲 声音 风声 河流 瀑布 脚步 钟声 市场 地铁 学校 孩子 笑声 春天
      夏天 秋天 冬天 月光 太阳 星空 北京 上海 台北 茶馆 寺庙 雪花 蟋蟀 蛙鸣 街道 飞机 码头 厨房 咖啡 故事 新闻 播客 采访 电影 游戏 背景 效果 循环 鼓点 人声 合唱
    `),
    syllables: list(`
      天 地 山 水 风 云 月 日 星 花 木 石 金 火 土 人 心 手 声 音 光 影 春 秋 白 黑 红 青 大 小 长 高 远 近 东 西 南 北 古 新 龙 马 鱼 鸟 王 李 张 林 陈 海
    `),
  },
  japanese: {
    share: 3,
    separator: '',
    words: list(`
      音楽 雨の音 雷 波の音 森 鳥の声 都市 電車 夜 朝 ピアノ ギター 琴 三味線 歌 こえ 風 川 滝 足音 鐘 市場 地下鉄 学校 子ども 笑い声 春 夏 秋 冬 月 太陽 星空
      東京 京都 大阪 喫茶店 神社 雪 こおろぎ かえる 通り ひこうき 港 台所 コーヒー 物語 ニュース ポッドキャスト インタビュー 映画 ゲーム 背景 効果音 ループ ドラム ボーカル 合唱
    `),
    syllables: list(`
      あ い う え お か き く け こ さ し す せ そ た ち つ て と な に ぬ ね の は ひ ふ へ ほ ま み む め も や ゆ よ ら り る れ ろ わ ア イ ウ カ キ サ シ タ ト ナ マ ミ ラ リ ン
    `),
  },
  korean: {
    share: 1.5,
    separator: ' ',
    words: list(`
      음악 빗소리 천둥 파도 숲 새소리 도시 기차 밤 아침 피아노 기타 가야금 노래 목소리 바람 강 폭포 발소리 종소리 시장 지하철 학교 아이들 웃음 봄 여름 가을 겨울 달빛
      태양 별 서울 부산 제주 찻집 절 눈 귀뚜라미 개구리 거리 비행기 항구 부엌 커피 이야기 뉴스 팟캐스트 인터뷰 영화 게임 배경 효과음 반복 드럼 보컬 합창
    `),
    syllables: list(
      '가 나 다 라 마 바 사 아 자 하 고 노 도 로 모 보 소 오 조 호 미 리 비 시 이 지 민 준 서 연 은 현 수 영 진 우 별 달 솔 강',
    ),
  },
  thai: {
    share: 1,
    separator: '',
    words: list(`
      เพลง ฝน ฟ้าร้อง คลื่น ป่า นก เมือง รถไฟ กลางคืน เช้า เปียโน กีตาร์ ระนาด เสียง ลม แม่น้ำ น้ำตก ฝีเท้า ระฆัง ตลาด โรงเรียน เด็ก หัวเราะ ฤดูร้อน ฤดูหนาว
      พระจันทร์ ดวงอาทิตย์ ดาว กรุงเทพ เชียงใหม่ วัด หิมะ จิ้งหรีด กบ ถนน เครื่องบิน ท่าเรือ ครัว กาแฟ เรื่องเล่า ข่าว สัมภาษณ์ ภาพยนตร์ เกม กลอง นักร้อง
    `),
    syllables: list(
      'กา ขา คา งา จา ชา ดา ตา ทา นา บา ปา ผา พา มา ยา รา ลา วา สา หา อา ดี มี ปี สี ใจ ไม้ น้ำ ฟ้า ลม ดาว',
    ),
  },
  cyrillic: {
    share: 2,
    separator: ' ',
    words: list(`
      музыка дождь гром волны лес птицы город поезд ночь утро пианино гитара балалайка песня голос ветер река водопад шаги колокол рынок метро школа дети смех
      весна лето осень зима луна солнце звёзды Москва Киев София Белград чайная храм снег сверчок лягушки улица самолёт порт кухня кофе рассказ новости подкаст
      интервью кино игра фон эффект петля барабан вокал хор ещё ёлка їжак ґанок љубав
    `),
    syllables: list(
      'ма ра ла на та ка са ва да га ми ри ли ни ти ки ву ру лу ну ту ку бо во ро ло но то ко ша жа ча ще юн яр ой',
    ),
  },
  arabic: {
    share: 1.5,
    separator: ' ',
    words: list(`
      موسيقى مطر رعد أمواج غابة طيور مدينة قطار ليل صباح بيانو غيتار عود أغنية صوت ريح نهر شلال خطوات جرس سوق مدرسة أطفال ضحك ربيع صيف خريف شتاء قمر شمس
      نجوم القاهرة بيروت بغداد مقهى مسجد ثلج شارع طائرة ميناء مطبخ قهوة قصة أخبار مقابلة فيلم لعبة خلفية تأثير طبل غناء جوقة إيقاع آلة
    `),
    syllables: list(
      'با تا جا حا دا را سا شا طا عا فا قا كا لا ما نا ها وا يا بو تو دي ري سي لي مي ني نور بدر',
    ),
  },
  greek: {
    share: 1,
    separator: ' ',
    words: list(`
      μουσική βροχή βροντή κύματα δάσος πουλιά πόλη τρένο νύχτα πρωί πιάνο κιθάρα μπουζούκι τραγούδι φωνή άνεμος ποτάμι καταρράκτης βήματα καμπάνα αγορά μετρό
      σχολείο παιδιά γέλιο άνοιξη καλοκαίρι φθινόπωρο χειμώνας φεγγάρι ήλιος αστέρια Αθήνα Κρήτη καφενείο ναός χιόνι τζιτζίκι βάτραχοι δρόμος αεροπλάνο λιμάνι
      κουζίνα καφές ιστορία νέα συνέντευξη ταινία παιχνίδι ρυθμός τύμπανο χορωδία Όδυσσεύς ψυχής
    `),
    syllables: list('μα ρα λα να τα κα σα βα δα γα μι ρι λι νι τι κι σι θε φω χα ψυ ξε ζω πα πο νος ρης'),
  },
  hindi: {
    share: 1,
    separator: ' ',
    words: list(`
      संगीत बारिश गरज लहरें जंगल पक्षी शहर रेलगाड़ी रात सुबह पियानो गिटार सितार तबला गीत आवाज़ हवा नदी झरना कदम घंटी बाज़ार मेट्रो विद्यालय बच्चे हँसी वसंत गर्मी
      सर्दी चाँद सूरज तारे दिल्ली मुंबई चाय मंदिर बर्फ झींगुर मेंढक सड़क हवाई बंदरगाह रसोई कॉफ़ी कहानी समाचार साक्षात्कार फ़िल्म खेल ताल ढोल गायन
    `),
    syllables: list('का गा चा जा ता दा ना पा बा मा या रा ला वा सा हा की ती नी मी री ली शी नो मो रो शु कु नू'),
  },
} as const satisfies Record<string, Script>

export type ScriptName = keyof typeof scripts

export const scriptNames: readonly ScriptName[] = [
  'chinese',
  'japanese',
  'korean',
  'thai',
  'cyrillic',
  'arabic',
  'greek',
  'hindi',
]
