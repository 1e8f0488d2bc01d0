"""Jobs at the ferry line and at the bakery."""

from jobs.choices import EmploymentType, PayPeriod, Workplace
from jobsite.demo.companies import BAKERY, FERRIES, FOOD, OFFICE, SEA
from jobsite.demo.shapes import (
    MARLHAVEN,
    PORT_SABLE,
    Fate,
    Heading,
    Job,
    Pay,
    Quote,
)

SECOND_ENGINEER = Job(
    slug="second-engineer-mv-petrel",
    title="Second engineer, MV Petrel",
    company=FERRIES,
    category=SEA,
    summary="Look after two main engines, a bow thruster and one stubborn boiler on "
    "the St Orrin crossing.",
    body=(
        "The Petrel makes the St Orrin crossing eight times a day, 50 minutes each "
        "way. She is a good ship with old engines, and the second engineer knows them "
        "better than anybody except the chief.",
        "You work one week on and one week off, and sleep at home. In January she goes "
        "into dry dock at Port Sable for five weeks and you go with her. That is when "
        "the real work is done.",
        "Our present second is moving up to chief on the Plover after nine years. He "
        "will be on the same quay, and he answers questions.",
    ),
    must=(
        "An engineering certificate of competency for vessels up to 3,000 kW",
        "A seafarer's medical certificate",
        "Two years in an engine room",
    ),
    nice=("A dry dock seen from start to finish", "Welding"),
    pay=Pay("38500", "42000"),
    posted=1,
    at="16:40",
    closes=24,
    apply_url="https://sableferries.example/crew/second-engineer/",
    tags=("engines", "ships"),
)

TICKET_CLERK = Job(
    slug="ticket-clerk-weekends",
    title="Ticket clerk (weekends)",
    company=FERRIES,
    category=OFFICE,
    summary="Sell day returns on Saturdays and Sundays, one week at Marlhaven quay and "
    "the next at Port Sable.",
    body=(
        "Saturdays and Sundays from 06:40 to 14:00, one week at Marlhaven quay and the "
        "next at Port Sable. In August there is a second window and an extra hour.",
        "Most of the work is selling day returns. The rest is telling two hundred "
        "people, kindly and all at once, that the 10:15 is not going out in this wind.",
        "You travel free on all our ships, and so does one other person of your "
        "choice.",
    ),
    must=(
        "Used to taking cards and cash with nobody looking over your shoulder",
        "Free every weekend from Easter to October",
    ),
    nice=("Some French or German",),
    pay=Pay("12.95", period=PayPeriod.HOUR),
    places=(MARLHAVEN, PORT_SABLE),
    employment_type=EmploymentType.PART_TIME,
    posted=4,
    at="10:15",
    closes=6,
    apply_email="crewing@sableferries.example",
    tags=("weekends",),
)

TIMETABLE_PLANNER = Job(
    slug="timetable-planner",
    title="Timetable planner",
    company=FERRIES,
    category=SEA,
    summary="Make three vessels, four berths, the tides and the school bus fit into "
    "one timetable.",
    body=(
        "Three vessels, four berths, tides, school terms and the bus. Somebody has to "
        "make them fit, and for 14 years that has been Moira, who retires at the end "
        "of the season.",
        "You write the summer and winter timetables, agree berths with the harbour "
        "master, and rewrite a day in ten minutes when a ship is out of service.",
        Heading("The spreadsheet"),
        "You inherit a spreadsheet that Moira is proud of and that the rest of us are "
        "slightly afraid of. Replacing it is part of the job, and so is understanding "
        "it first.",
    ),
    must=(
        "Planning in transport, logistics or shift rotas",
        "At home in spreadsheets, formulas included",
        "A degree in a subject with numbers in it",
    ),
    nice=("Knowledge of tidal harbours", "A programming language"),
    pay=Pay("29500", "33000"),
    workplace=Workplace.HYBRID,
    posted=16,
    at="11:30",
    closes=19,
    apply_url="https://sableferries.example/office/timetable-planner/",
    tags=("planning",),
)

TERMINAL_SUPERVISOR = Job(
    slug="terminal-supervisor-port-sable",
    title="Terminal supervisor, Port Sable",
    company=FERRIES,
    category=SEA,
    summary="Run the Port Sable terminal with a team of six, from the first ship to "
    "the last.",
    body=(
        "You open the terminal at 05:30 or close it at 22:15, week about. In between "
        "you have six people, one car deck to fill and a waiting room that leaks.",
        "The roof is to be mended in spring. The car deck stays as it is: 38 cars, or "
        "36 and a hay lorry.",
    ),
    must=(
        "You have led a team that works shifts",
        "A full driving licence",
    ),
    nice=("A first aid certificate",),
    pay=Pay("29800"),
    places=(PORT_SABLE,),
    posted=31,
    at="09:10",
    closes=-3,
    apply_email="crewing@sableferries.example",
    fate=Fate.CLOSING_DATE_PASSED,
    ended=3,
)

DECKHAND = Job(
    slug="deckhand-summer",
    title="Deckhand (summer)",
    company=FERRIES,
    category=SEA,
    summary="Ropes, ramps and passengers on the launch to St Orrin, from June to "
    "September.",
    body=(
        "Ropes, ramps and passengers on the launch to St Orrin, five days in seven "
        "from June to September.",
        "You learn the knots in the first morning. The passengers take until August.",
    ),
    must=("A seafarer's medical certificate", "18 or older"),
    nice=("You have worked on the water before",),
    pay=Pay("13.40", period=PayPeriod.HOUR),
    employment_type=EmploymentType.TEMPORARY,
    posted=26,
    at="14:20",
    closes=35,
    apply_email="crewing@sableferries.example",
    fate=Fate.DELETED,
    ended=6,
    note="The launch stays on the slip this summer, so the job is gone.",
)

NIGHT_BAKER = Job(
    slug="night-baker",
    title="Night baker",
    company=BAKERY,
    category=FOOD,
    summary="Shape and bake by hand from ten in the evening to five in the morning, "
    "five nights a week.",
    body=(
        "We bake through the night so that three shops and eleven cafés have bread at "
        "seven. Four bakers work from ten in the evening to five in the morning, and "
        "nobody works more than five nights in a row.",
        "You shape by hand: sourdough, tin loaves, and on Fridays four hundred saffron "
        "buns. We use no premix and we freeze nothing.",
        Quote(
            "You learn the oven in a month and the dough in a year.",
            "Ines Quintal, head baker",
        ),
        "There is a hot meal at one o'clock and a loaf to take home. Bank holidays are "
        "paid double.",
    ),
    must=(
        "One year in a bakery or a professional kitchen",
        "You can lift 16 kg flour bags all night",
        "A way to get here at 21:45, when the last bus has gone",
    ),
    nice=("Laminated dough", "A food hygiene certificate, level 2"),
    pay=Pay("14.60", period=PayPeriod.HOUR),
    posted=6,
    at="08:30",
    closes=12,
    apply_url="https://crumb.example/work/night-baker/",
    tags=("bread", "nights"),
)

APPRENTICE_BAKER = Job(
    slug="apprentice-baker",
    title="Apprentice baker",
    company=BAKERY,
    category=FOOD,
    summary="Two years in the bakehouse and one day a week at college, ending in a "
    "diploma.",
    body=(
        "Four days a week in the bakehouse and Mondays at Marlhaven College, for two "
        "years, ending in a level 2 diploma. You start at four in the morning and are "
        "home by noon.",
        "The first three months are scales, mixers and a broom. After that you get a "
        "bench of your own and a baker who watches your hands.",
        "Of our last five apprentices three still work here and one has a bakery in "
        "Winnow.",
    ),
    must=("16 or older on the first day", "Free on Mondays for college"),
    nice=("You have baked bread at home, even badly",),
    pay=Pay("9.40", period=PayPeriod.HOUR),
    posted=0,
    at="07:50",
    closes=31,
    apply_email="bakehouse@crumb.example",
    tags=("bread", "apprenticeship"),
)

EARLY_ROUND = Job(
    slug="delivery-driver-early-round",
    title="Delivery driver, early round",
    company=BAKERY,
    category=SEA,
    summary="Fourteen stops between five and nine, six mornings a week, in an electric "
    "van.",
    body=(
        "Five until nine, six mornings a week: fourteen stops, the last of them the "
        "lighthouse. The van is electric and is loaded when you arrive.",
        "You will know every back door in town within a week. Two of them have dogs, "
        "and both dogs are bribable.",
    ),
    must=("A driving licence held for two years", "Up at four without being called"),
    pay=Pay("13.20", period=PayPeriod.HOUR),
    employment_type=EmploymentType.PART_TIME,
    posted=9,
    at="12:05",
    closes=1,
    apply_email="bakehouse@crumb.example",
    tags=("driving", "bread"),
)

SATURDAY_COUNTER = Job(
    slug="saturday-counter-assistant",
    title="Saturday counter assistant",
    company=BAKERY,
    category=OFFICE,
    summary="Serve at the Station Road shop on Saturdays from half past six to two.",
    body=(
        "The queue starts before we open and ends when the saffron buns do. You serve, "
        "slice, wrap and take money, with two others behind the counter.",
        "Saturdays only, from half past six to two, with more hours in December if you "
        "want them.",
    ),
    must=("Quick at adding up", "Free on most Saturdays"),
    pay=Pay("12.80", period=PayPeriod.HOUR),
    employment_type=EmploymentType.PART_TIME,
    posted=38,
    at="15:00",
    closes=18,
    apply_email="bakehouse@crumb.example",
    tags=("weekends", "bread"),
    fate=Fate.OPEN_AGAIN,
    ended=12,
    note="The person we chose has gone to university, so we are looking again.",
)

SHOP_MANAGER = Job(
    slug="shop-manager-station-road",
    title="Shop manager, Station Road",
    company=BAKERY,
    category=OFFICE,
    summary="Run the oldest of our three shops, with five people and one very long "
    "queue.",
    body=(
        "Run the oldest of our three shops: five people, the orders, the till and the "
        "window. The shop opens at seven and the manager at half past six.",
        "Ask Ines whether the wedding cakes stay with the shop or move to the "
        "bakehouse.",
    ),
    must=("You have run a shop or a busy counter",),
    pay=Pay("30500", "32000"),
    closes=28,
    apply_email="bakehouse@crumb.example",
    fate=Fate.DRAFT,
)

SEA_AND_BREAD = (
    SECOND_ENGINEER,
    TICKET_CLERK,
    TIMETABLE_PLANNER,
    TERMINAL_SUPERVISOR,
    DECKHAND,
    NIGHT_BAKER,
    APPRENTICE_BAKER,
    EARLY_ROUND,
    SATURDAY_COUNTER,
    SHOP_MANAGER,
)
