"""Jobs at the town council and at the software house, and all jobs together."""

from jobs.choices import Currency, EmploymentType, PayPeriod, Workplace
from jobsite.demo.companies import COUNCIL, GROUNDS, OFFICE, SOFTWARE, TECHNOLOGY
from jobsite.demo.jobs_care_and_school import CARE_AND_SCHOOL
from jobsite.demo.jobs_culture import CULTURE
from jobsite.demo.jobs_sea_and_bread import SEA_AND_BREAD
from jobsite.demo.shapes import Fate, Heading, Job, Pay, Place

KINGDOM = Place("", "", "GB")
IRELAND = Place("", "", "IE")

GARDENER = Job(
    slug="parks-gardener",
    title="Parks gardener",
    company=COUNCIL,
    category=GROUNDS,
    summary="Look after the Esplanade beds, two bowling greens and the walled garden.",
    body=(
        "The Esplanade beds, two bowling greens and the walled garden, with a team of "
        "four and a shared tractor. Salt wind is the main pest.",
        "The council gave up bedding plants three years ago. You will plant things "
        "that live, and explain them to people who miss the begonias.",
    ),
    must=("A horticulture qualification, or five seasons of doing it", "Can drive"),
    nice=("A certificate for chainsaws", "You know a fungus from a salt burn"),
    pay=Pay("26400", "27900"),
    posted=27,
    at="08:40",
    closes=4,
    apply_url="https://marlhaven.example/council/jobs/gardener/",
    tags=("outdoors",),
)

HARBOUR_CLERK = Job(
    slug="harbour-masters-clerk",
    title="Harbour master's clerk",
    company=COUNCIL,
    category=OFFICE,
    summary="Berths, dues and notices to mariners, two days a week from home if you "
    "like.",
    body=(
        "You allot berths, send out bills for harbour dues and write the notices to "
        "mariners, which must be short and cannot be wrong.",
        "The office is above the chandler's. Two days a week may be worked at home, "
        "except in regatta week, when nobody goes home at all.",
    ),
    must=("You write clear English", "Careful with money that is not yours"),
    nice=("You know what a spring tide is",),
    pay=Pay("28100"),
    workplace=Workplace.HYBRID,
    posted=33,
    at="10:10",
    closes=11,
    apply_url="https://marlhaven.example/council/jobs/harbour-clerk/",
)

ALLOTMENTS = Job(
    slug="allotments-officer",
    title="Allotments officer",
    company=COUNCIL,
    category=GROUNDS,
    summary="Look after 212 plots, one waiting list and the peace, 16 hours a week.",
    body=(
        "There are 212 plots on four sites and 180 people on the waiting list. You "
        "let plots, inspect them, mend the standpipes and keep the peace.",
        "Sixteen hours a week, which you may spread as the seasons ask. There is no "
        "closing date: we see people as they apply.",
    ),
    must=("You have grown vegetables", "Even temper"),
    pay=Pay("16.08", period=PayPeriod.HOUR),
    employment_type=EmploymentType.PART_TIME,
    posted=72,
    at="12:30",
    apply_url="https://marlhaven.example/council/jobs/allotments/",
    tags=("outdoors",),
)

SURVEYOR = Job(
    slug="building-control-surveyor",
    title="Building control surveyor",
    company=COUNCIL,
    category=GROUNDS,
    summary="Read plans, visit sites and say no early, in a district of harbour walls "
    "and old roofs.",
    body=(
        "You read plans, visit about 15 sites a week and say no early enough for it to "
        "be cheap. Half the district is older than 1850 and some of it leans.",
        "The council pays for your professional examinations and gives you the days "
        "to sit them.",
    ),
    must=(
        "A degree or diploma in building control or surveying",
        "A full driving licence",
    ),
    nice=("Experience with listed buildings",),
    pay=Pay("41000", "45500"),
    closes=40,
    apply_url="https://marlhaven.example/council/jobs/surveyor/",
    fate=Fate.SCHEDULED,
)

BACKEND = Job(
    slug="backend-developer-tide-tables",
    title="Backend developer, tide tables",
    company=SOFTWARE,
    category=TECHNOLOGY,
    summary="Keep the service that tells 60 harbours when they can open their gates.",
    body=(
        "Sixty harbours ask our service when they can open their gates. It answers "
        "about four million times a day, from Python and PostgreSQL, and it has been "
        "wrong once.",
        "You join four people who review each other's work within the day. Everybody "
        "is on call one week in five, and a call out is paid even if it was nothing.",
        Heading("Where"),
        "Anywhere in the United Kingdom or Ireland. We meet in a harbour town four "
        "times a year, and the company pays.",
    ),
    must=(
        "Three years of Python in work that other people relied on",
        "You can read a query plan",
        "The right to work in the United Kingdom or in Ireland",
    ),
    nice=("Geospatial data", "You have been wrong about daylight saving time"),
    pay=Pay("52000", "60000"),
    places=(KINGDOM, IRELAND),
    workplace=Workplace.REMOTE,
    posted=3,
    at="09:05",
    closes=17,
    apply_email="box14@board.example",
    tags=("Python",),
)

SUPPORT_ENGINEER = Job(
    slug="support-engineer-four-days",
    title="Support engineer (four days)",
    company=SOFTWARE,
    category=TECHNOLOGY,
    summary="Answer harbour masters, find the fault, and write it down so that it "
    "stays found.",
    body=(
        "Harbour masters write to us when something looks odd. You answer, reproduce "
        "it, and either explain it or find who mends it.",
        "Four days a week, and you choose the fifth. About a third of the time goes "
        "into writing the manual, which is good because the person before you liked "
        "writing it.",
    ),
    must=(
        "You have supported software that people depend on",
        "You write plainly and you enjoy it",
    ),
    nice=("SQL", "Boats"),
    pay=Pay("44000", "48000", currency=Currency.EUR),
    places=(IRELAND, KINGDOM),
    employment_type=EmploymentType.PART_TIME,
    workplace=Workplace.REMOTE,
    posted=20,
    at="16:20",
    closes=25,
    apply_email="box14@board.example",
)

TOWN = (GARDENER, HARBOUR_CLERK, ALLOTMENTS, SURVEYOR, BACKEND, SUPPORT_ENGINEER)

JOBS = (*SEA_AND_BREAD, *CARE_AND_SCHOOL, *CULTURE, *TOWN)
