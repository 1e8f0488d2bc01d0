"""Who hires in Marlhaven, and the fields of work."""

from jobs.choices import CompanyNotices
from jobsite.demo.shapes import Company

FERRIES = "Sable Ferries"
BAKERY = "Crumb & Co"
HOSPITALS = "Haven Coast Hospitals"
MUSEUM = "Lighthouse Museum"
THEATRE = "Capstan Theatre"
COUNCIL = "Marlhaven Town Council"
SOFTWARE = "Driftline Software"
SCHOOL = "Port Sable School"

COMPANIES = (
    Company(
        name=FERRIES,
        description="Two ships and a launch between Marlhaven, Port Sable and the "
        "island of St Orrin, every day of the year but one.",
        website="https://sableferries.example/",
        email="crewing@sableferries.example",
        mark="ferry",
    ),
    Company(
        name=BAKERY,
        description="Bakers in Station Road since 1924. One bakehouse, three shops "
        "and a van.",
        website="https://crumb.example/",
        email="bakehouse@crumb.example",
    ),
    Company(
        name=HOSPITALS,
        description="Two hospitals and eleven clinics. 2,300 people work here, and "
        "most of them live within ten miles.",
        website="https://havencoast.example/",
        email="recruitment@havencoast.example",
    ),
    Company(
        name=MUSEUM,
        description="The lamp of 1867, the keepers' cottages, and the largest "
        "collection of lighthouse lenses in the country.",
        website="https://lighthousemuseum.example/",
        email="office@lighthousemuseum.example",
        mark="lighthouse",
    ),
    Company(
        name=THEATRE,
        description="412 seats in a former rope store, with plays of its own in "
        "winter and everybody else's in summer.",
        website="https://capstantheatre.example/",
        email="people@capstantheatre.example",
        mark="curtain",
    ),
    Company(
        name=COUNCIL,
        description="Parks, harbour, markets, allotments and the town hall clock. "
        "140 people answer to 23 councillors.",
        website="https://marlhaven.example/council/",
        email="staffing@council.marlhaven.example",
        notices=CompanyNotices.DAILY,
        mark="tower",
    ),
    Company(
        name=SOFTWARE,
        description="Eleven people who write software for harbours, from wherever "
        "they live.",
        website="https://driftline.example/",
        email="box14@driftline.example",
        is_confidential=True,
    ),
    Company(
        name=SCHOOL,
        description="640 pupils from 11 to 18, a boat shed, and a view that makes "
        "invigilation easy.",
        website="https://portsableschool.example/",
        email="office@portsableschool.example",
    ),
)

SEA = "Sea and transport"
FOOD = "Food and kitchen"
HEALTH = "Health and care"
ARTS = "Arts and heritage"
EDUCATION = "Education"
TECHNOLOGY = "Engineering and data"
OFFICE = "Office and front desk"
GROUNDS = "Buildings and grounds"

CATEGORIES = (SEA, FOOD, HEALTH, ARTS, EDUCATION, TECHNOLOGY, OFFICE, GROUNDS)
