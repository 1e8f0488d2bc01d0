"""Jobs at the museum and at the theatre."""

from jobs.choices import EmploymentType, PayPeriod, Workplace
from jobsite.demo.companies import ARTS, MUSEUM, OFFICE, THEATRE
from jobsite.demo.shapes import PORT_SABLE, Fate, Heading, Job, Pay, Quote

COLLECTIONS_ASSISTANT = Job(
    slug="collections-assistant",
    title="Collections assistant",
    company=MUSEUM,
    category=ARTS,
    summary="Pack, list and rehouse 4,000 objects as the museum's store moves across "
    "the harbour.",
    body=(
        "In May the museum's store moves from the keepers' cottages to the old net "
        "loft across the harbour. Four thousand objects go with it, from a brass "
        "button to a lens that needs six people.",
        "You pack, list, photograph and unpack, with the curator and one volunteer who "
        "was a keeper here. Every object gets one line in the catalogue and a box that "
        "fits.",
        Heading("After the move"),
        "When the last crate is open you stay: the new store will have visitors two "
        "days a week, and somebody has to show them round.",
    ),
    must=(
        "Three years of work with museum collections",
        "You can handle heavy and fragile things safely",
        "A full driving licence",
    ),
    nice=("Photography of objects", "A head for cataloguing"),
    pay=Pay("24500"),
    posted=24,
    at="09:30",
    closes=3,
    apply_email="office@lighthousemuseum.example",
    tags=("collections",),
    fate=Fate.FILLED,
    ended=2,
)

LAMP_KEEPER = Job(
    slug="keeper-of-the-lamp-room",
    title="Keeper of the lamp room",
    company=MUSEUM,
    category=ARTS,
    summary="Look after the lens of 1867 and light it for visitors on Sunday evenings.",
    body=(
        "The lens has 1,176 prisms. You clean them in rotation, a ring a week, and on "
        "Sunday evenings from April to October you light the lamp for up to 20 people.",
        "There are 142 steps and no lift. The former keeper, who is 88, still climbs "
        "them to see how you do it.",
        "We would like to fill this by spring and will wait for the right person, so "
        "there is no closing date.",
    ),
    must=(
        "Steady hands",
        "At ease with heights and with strangers",
        "Free on Sunday evenings in summer",
    ),
    nice=("Clocks, instruments or optics", "A second language"),
    pay=Pay("27900"),
    posted=13,
    at="10:00",
    apply_email="office@lighthousemuseum.example",
)

RESEARCH_FELLOW = Job(
    slug="research-fellow-lens-archive",
    title="Research fellow for the Müller & Söhne lens archive: reading, translating "
    "and publishing 140 years of lighthouse letters",
    company=MUSEUM,
    category=ARTS,
    summary="Read 140 years of letters between a lens maker and the lights it served, "
    "and publish what is in them.",
    body=(
        "Müller & Söhne ground lighthouse lenses from 1811 to 1951 and kept every "
        "letter. The archive, 61 metres of it, came to us in two lorries.",
        "For three years you read, translate and publish it: a catalogue first, then "
        "one book that people who are not historians will finish.",
        "Two days a week in Marlhaven, the rest where you like to write. The post is "
        "paid for by a legacy and cannot be extended.",
    ),
    must=(
        "German at C1, old handwriting included",
        "A doctorate, or published work that shows the same",
    ),
    nice=("History of science or of the sea", "You have made a catalogue before"),
    pay=Pay("36200", "40500"),
    employment_type=EmploymentType.CONTRACTOR,
    workplace=Workplace.HYBRID,
    posted=10,
    at="12:40",
    closes=28,
    apply_email="archive@lighthousemuseum.example",
    tags=("German", "archives"),
)

ROOM_GUIDE = Job(
    slug="volunteer-room-guide",
    title="Volunteer room guide",
    company=MUSEUM,
    category=ARTS,
    summary="Sit in the keepers' kitchen one afternoon a week and answer questions.",
    body=(
        "You sit in the keepers' kitchen one afternoon a week and answer questions, "
        "mostly about the stove, the loneliness and the cat.",
        "We teach you what we know over three evenings. Fares are paid, tea is "
        "provided, and nobody minds if you knit.",
    ),
    must=("One free afternoon a week", "You like questions"),
    employment_type=EmploymentType.VOLUNTEER,
    posted=18,
    at="14:45",
    apply_email="volunteers@lighthousemuseum.example",
)

STAGE_DOOR = Job(
    slug="stage-door-keeper-evenings",
    title="Stage door keeper (evenings)",
    company=THEATRE,
    category=OFFICE,
    summary="Let the right people in at the stage door, four evenings a week.",
    body=(
        "From five until everybody has gone, four evenings a week. You hold the keys, "
        "the post and the lost property, and you know who is in the building.",
        "Actors will tell you their troubles. You are not required to solve them.",
    ),
    must=("Discreet and punctual", "Free from 17:00 to 23:30"),
    nice=("A fire marshal's certificate",),
    pay=Pay("12.90", period=PayPeriod.HOUR),
    employment_type=EmploymentType.PART_TIME,
    posted=5,
    at="13:30",
    closes=14,
    apply_email="people@capstantheatre.example",
    tags=("evenings",),
)

WARDROBE = Job(
    slug="wardrobe-supervisor",
    title="Wardrobe supervisor",
    company=THEATRE,
    category=ARTS,
    summary="Look after every costume of the winter season, with two dressers and a "
    "very old steam iron.",
    body=(
        "Four productions a winter, about 90 costumes each. You hire or make them, fit "
        "them, keep them alive for five weeks and send back what was borrowed.",
        "You have two dressers, a workroom above the scene dock and money that is "
        "small but yours to spend.",
        Quote(
            "Nobody in row F can see the hem. I can.",
            "Odile Brand, who held the job for 22 years",
        ),
    ),
    must=("You cut and sew to a professional standard", "You have run a wardrobe"),
    nice=("Millinery", "Wigs"),
    pay=Pay("27400"),
    posted=12,
    at="11:15",
    closes=22,
    apply_email="people@capstantheatre.example",
    tags=("theatre", "sewing"),
)

FLY_OPERATOR = Job(
    slug="fly-operator-winter-season",
    title="Fly operator, winter season",
    company=THEATRE,
    category=ARTS,
    summary="Fly 26 bars by hand for eight shows a week, from October to the end of "
    "February.",
    body=(
        "The Capstan is one of the last houses that fly by hemp and sandbag. There are "
        "26 bars and three operators, and you are one of them for eight shows a week.",
        "The contract runs from the first fit-up in October to the get-out at the end "
        "of February. Sundays are free except in the pantomime.",
    ),
    must=("A season on a fly floor", "No fear of heights or of the dark"),
    nice=("Rigging qualifications",),
    pay=Pay("640", period=PayPeriod.WEEK),
    employment_type=EmploymentType.CONTRACTOR,
    posted=7,
    at="17:05",
    closes=9,
    apply_email="production@capstantheatre.example",
    tags=("theatre", "evenings"),
)

BOX_OFFICE = Job(
    slug="box-office-assistant",
    title="Box office assistant",
    company=THEATRE,
    category=OFFICE,
    summary="Sell tickets by telephone and at the window on weekday mornings.",
    body=(
        "Weekday mornings from ten to one, by telephone and at the window. Regulars "
        "expect you to know where they like to sit.",
        "The system is new, and half our audience would rather speak to you.",
    ),
    must=("A good telephone voice",),
    pay=Pay("12.85", period=PayPeriod.HOUR),
    employment_type=EmploymentType.PART_TIME,
    posted=19,
    at="10:20",
    closes=15,
    apply_email="people@capstantheatre.example",
    fate=Fate.TAKEN_DOWN,
    ended=5,
    note="The town's visitor centre takes over our morning sales.",
)

FRONT_OF_HOUSE = Job(
    slug="front-of-house-manager-studio",
    title="Front of house manager, studio",
    company=THEATRE,
    category=OFFICE,
    summary="Open the new studio to its public: 80 seats, a bar and a team of four.",
    body=(
        "The studio in the former sail loft is to open with 80 seats, a bar and a team "
        "of four, whom you choose.",
        "You are responsible for everything that the public meets, from the lift to "
        "the last orders.",
    ),
    must=("You have managed a public venue", "A personal licence to sell alcohol"),
    pay=Pay("31000", "33500"),
    places=(PORT_SABLE,),
    posted=34,
    at="15:35",
    closes=11,
    apply_email="people@capstantheatre.example",
    fate=Fate.CANCELLED,
    ended=10,
    note="The studio opens a year later than planned.",
)

CULTURE = (
    COLLECTIONS_ASSISTANT,
    LAMP_KEEPER,
    RESEARCH_FELLOW,
    ROOM_GUIDE,
    STAGE_DOOR,
    WARDROBE,
    FLY_OPERATOR,
    BOX_OFFICE,
    FRONT_OF_HOUSE,
)
