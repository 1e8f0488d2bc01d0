"""Jobs at the hospitals and at the school."""

from jobs.choices import EmploymentType, PayPeriod
from jobsite.demo.companies import EDUCATION, GROUNDS, HEALTH, HOSPITALS, OFFICE, SCHOOL
from jobsite.demo.shapes import (
    MARLHAVEN,
    PORT_SABLE,
    ST_ORRIN,
    WINNOW,
    Fate,
    Heading,
    Job,
    Pay,
    Quote,
)

CHARGE_NURSE = Job(
    slug="charge-nurse-stroke-ward-nights",
    title="Charge nurse, stroke ward (nights)",
    company=HOSPITALS,
    category=HEALTH,
    summary="Lead a night team of seven on a ward of 22 beds, three or four nights a "
    "week.",
    body=(
        "Twenty-two beds, most of them people in their first fortnight after a stroke. "
        "At night you lead seven: two nurses, four healthcare assistants and a "
        "therapist on call.",
        "You work three or four nights a week on a rota that is fixed eight weeks "
        "ahead. Two of every five weekends are free, and so is parking.",
        Heading("What we would like to change"),
        "Night staff here see too little of the morning round. We want a charge nurse "
        "who sits in on it twice a week, paid, and brings back what was decided.",
    ),
    must=(
        "Registration as an adult nurse",
        "Two years on an acute ward",
        "You have been in charge of a shift",
    ),
    nice=("Stroke or neurology experience", "A mentoring qualification"),
    pay=Pay("39959", "48117"),
    posted=2,
    at="09:45",
    closes=16,
    apply_url="https://havencoast.example/jobs/charge-nurse-stroke/",
    tags=("nights", "nursing"),
)

PORTER = Job(
    slug="hospital-porter",
    title="Hospital porter",
    company=HOSPITALS,
    category=HEALTH,
    summary="Move people, meals, samples and oxygen around the Marlhaven hospital, on "
    "early or late shifts.",
    body=(
        "A porter walks about nine miles a shift. You take people to theatre and "
        "bring them back, carry samples to the laboratory and meals to the wards.",
        "Shifts are six to two or two to ten, in a team of twelve. You are often the "
        "last friendly face that somebody sees before an operation, and we choose "
        "porters with that in mind.",
    ),
    must=("Fit enough to push a bed up the link corridor", "Kind to people in pain"),
    nice=("You have worked in a hospital or a care home",),
    pay=Pay("25272"),
    posted=3,
    at="14:00",
    closes=3,
    apply_url="https://havencoast.example/jobs/porter/",
)

PHYSIOTHERAPIST = Job(
    slug="community-physiotherapist",
    title="Community physiotherapist",
    company=HOSPITALS,
    category=HEALTH,
    summary="See people at home and in four clinics along the coast, with a pool car "
    "and a free ferry pass.",
    body=(
        "Your week has a clinic in each of four places and home visits in between. "
        "Thursdays are on St Orrin, where you are the only physiotherapist until the "
        "evening ship.",
        "Most people you see are over 70 and want to stay in their own house. You plan "
        "with them, with two assistants and with a very good occupational therapist.",
    ),
    must=(
        "Registration as a physiotherapist",
        "A full driving licence",
        "One year of working with older people",
    ),
    nice=("Experience of work in people's homes", "You do not mind the sea"),
    pay=Pay("39959", "48117"),
    places=(MARLHAVEN, PORT_SABLE, WINNOW, ST_ORRIN),
    posted=8,
    at="10:30",
    closes=20,
    apply_url="https://havencoast.example/jobs/community-physiotherapist/",
    tags=("driving",),
)

BANK_ASSISTANT = Job(
    slug="healthcare-assistant-bank",
    title="Healthcare assistant, staff bank",
    company=HOSPITALS,
    category=HEALTH,
    summary="Work the days that suit you on the wards of both hospitals.",
    body=(
        "You tell us each month which days you can work. We ring, you say yes or no, "
        "and a no needs no reason.",
        "Students, parents and two retired fishermen do this job. Training takes three "
        "paid days, and there is a new course every month.",
    ),
    must=("18 or older", "Patience"),
    nice=("You have cared for somebody, at work or at home",),
    pay=Pay("101", period=PayPeriod.DAY),
    places=(MARLHAVEN, PORT_SABLE),
    employment_type=EmploymentType.PER_DIEM,
    posted=11,
    at="08:50",
    closes=60,
    apply_url="https://havencoast.example/jobs/staff-bank/",
)

WARD_CLERK = Job(
    slug="ward-clerk-maternity",
    title="Ward clerk, maternity",
    company=HOSPITALS,
    category=OFFICE,
    summary="Keep the desk, the notes and the visitors of the maternity ward in order.",
    body=(
        "The desk is the first thing that people see of the ward, often at four in the "
        "morning and often in a hurry. You book people in, find their notes and know "
        "which door they want.",
        "Twenty hours over four days. The ward had 811 births last year and hopes for "
        "slightly fewer.",
    ),
    must=("Accurate with names and numbers", "Calm at a busy desk"),
    nice=("You know hospital record systems",),
    pay=Pay("13.30", period=PayPeriod.HOUR),
    employment_type=EmploymentType.PART_TIME,
    closes=21,
    apply_url="https://havencoast.example/jobs/ward-clerk/",
    fate=Fate.IN_REVIEW,
)

DIETITIAN = Job(
    slug="dietitian-maternity-cover",
    title="Dietitian (maternity cover)",
    company=HOSPITALS,
    category=HEALTH,
    summary="Take over a clinic of people with diabetes for eleven months.",
    body=(
        "You take over a clinic of about 140 people with diabetes while Samina is on "
        "maternity leave. She hands over for two weeks, in person, in Port Sable.",
        "The clinic runs on three days. The other two are ward referrals and the "
        "kitchen, which listens to dietitians and will show you why.",
    ),
    must=("Registration as a dietitian",),
    nice=("Experience with diabetes in older people",),
    pay=Pay("39959", "43500"),
    places=(PORT_SABLE,),
    employment_type=EmploymentType.TEMPORARY,
    posted=29,
    at="13:10",
    closes=5,
    apply_url="https://havencoast.example/jobs/dietitian/",
    fate=Fate.FILLED,
    ended=8,
)

PHYSICS = Job(
    slug="teacher-of-physics",
    title="Teacher of physics",
    company=SCHOOL,
    category=EDUCATION,
    summary="Teach years 9 to 13 in a department of three that builds its own "
    "apparatus.",
    body=(
        "You teach physics to years 9 to 13 and general science to one younger class. "
        "The department has three teachers, a technician and a wave tank that the "
        "sixth form built.",
        "Timetables leave every Wednesday afternoon free of lessons. That is when we "
        "plan together, and nobody takes marking home from it.",
        Quote(
            "We measure the tide from the boat shed every day. It has gone on for 31 "
            "years and no pupil has asked to stop.",
            "Graham Teal, head of science",
        ),
    ),
    must=("Qualified teacher status", "A degree in physics or engineering"),
    nice=("You could teach some mathematics", "Sailing"),
    pay=Pay("33700", "46500"),
    places=(PORT_SABLE,),
    posted=14,
    at="16:00",
    closes=7,
    apply_email="office@portsableschool.example",
    tags=("teaching", "science"),
)

MIDDAY_SUPERVISOR = Job(
    slug="midday-supervisor",
    title="Midday supervisor",
    company=SCHOOL,
    category=EDUCATION,
    summary="Seventy minutes a day in the dining hall and the yard, in term time only.",
    body=(
        "Every school day from 11:50 to 13:00. Two of you are in the dining hall and "
        "two in the yard, and you change places on Wednesdays.",
        "Lunch is free, and the coffee afterwards is good. Several parents began like "
        "this and are teaching assistants now.",
    ),
    must=("A voice that carries", "Fair to teenagers"),
    pay=Pay("12.85", period=PayPeriod.HOUR),
    places=(PORT_SABLE,),
    employment_type=EmploymentType.PART_TIME,
    posted=15,
    at="09:20",
    closes=5,
    apply_email="office@portsableschool.example",
    tags=("term time",),
)

MINIBUS_DRIVER = Job(
    slug="minibus-driver-and-site-assistant",
    title="Minibus driver and site assistant",
    company=SCHOOL,
    category=GROUNDS,
    summary="Drive the Winnow school run twice a day and mend what breaks in between.",
    body=(
        "At 07:40 you collect 14 pupils from Winnow and the farms, and at 15:40 you "
        "take them home. In between you look after the site with Derek, who has the "
        "keys.",
        "Gutters, goalposts, locks, lights. In the holidays there is no driving and a "
        "good deal of paint.",
    ),
    must=("A licence for minibuses (D1)", "You can mend ordinary things"),
    nice=("Forest paths in the dark do not worry you",),
    pay=Pay("13.60", period=PayPeriod.HOUR),
    places=(PORT_SABLE, WINNOW),
    posted=22,
    at="11:00",
    closes=30,
    apply_email="office@portsableschool.example",
    tags=("driving", "term time"),
)

CARE_AND_SCHOOL = (
    CHARGE_NURSE,
    PORTER,
    PHYSIOTHERAPIST,
    BANK_ASSISTANT,
    WARD_CLERK,
    DIETITIAN,
    PHYSICS,
    MIDDAY_SUPERVISOR,
    MINIBUS_DRIVER,
)
