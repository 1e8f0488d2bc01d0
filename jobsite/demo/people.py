"""Who follows what. Forty people, all at an address that nobody can have."""

from jobsite.demo.shapes import Follow

PEOPLE = (
    "ada.okafor",
    "b.tregenza",
    "carys.llewellyn",
    "dilip.rao",
    "eilidh.munro",
    "farid.haddad",
    "grace.pender",
    "h.vandermeer",
    "iris+jobs",
    "jonas.brandt",
    "kathleen.oshea",
    "leo.castellan",
    "maeve.tully",
    "nadia.petrova",
    "owen.pryce",
    "priya.nair",
    "q.abernathy",
    "rosa.delgado",
    "sam.whitlock",
    "tamsin.yeo",
    "ulla.strand",
    "vic.marlow",
    "w.adeyemi",
    "xenia.kostas",
    "yusuf.demir",
    "zofia.wrona",
    "alun.beddoe",
    "bridget.coyle",
    "colin.sparke",
    "dora.lindqvist",
    "emeka.obi",
    "fern.hartnell",
    "gwil.parry",
    "hana.suzuki",
    "ivo.marek",
    "jess.polglase",
    "kit.ransome",
    "lorna.dacre",
    "mo.farouk",
    "nell.ashby",
)


def address(person: str) -> str:
    return f"{person}@example.org"


#: By the slug of the job. The story of the collections assistant counts on its own
#: list: nine are told on day 4, eleven on day 9, twelve on day 19, fourteen at the end.
FOLLOWS: dict[str, tuple[Follow, ...]] = {
    "collections-assistant": (
        Follow(who="ada.okafor", since=24, at="10:12"),
        Follow(who="b.tregenza", since=24, at="18:40"),
        Follow(who="carys.llewellyn", since=23, at="07:55"),
        Follow(who="dilip.rao", since=23, at="12:31", remind=True),
        Follow(who="eilidh.munro", since=23, at="12:44"),
        Follow(who="farid.haddad", since=22, at="21:06"),
        Follow(who="grace.pender", since=22, at="21:19", share=True),
        Follow(who="h.vandermeer", since=21, at="09:02"),
        Follow(who="iris+jobs", since=21, at="16:27", remind=True),
        Follow(who="jonas.brandt", since=19, at="08:16"),
        Follow(who="kathleen.oshea", since=17, at="13:50"),
        Follow(who="leo.castellan", since=13, at="19:33"),
        Follow(who="maeve.tully", since=8, at="06:48"),
        Follow(who="nadia.petrova", since=4, at="11:11"),
        Follow(who="owen.pryce", since=22, at="17:24", closings_only=True),
        Follow(who="priya.nair", since=16, at="20:03", closings_only=True),
    ),
    "night-baker": (
        Follow(who="q.abernathy", since=6, at="09:15"),
        Follow(who="rosa.delgado", since=6, at="09:22"),
        Follow(who="sam.whitlock", since=6, at="09:51", remind=True),
        Follow(who="tamsin.yeo", since=5, at="05:40"),
        Follow(who="ulla.strand", since=5, at="13:04"),
        Follow(who="vic.marlow", since=5, at="23:18"),
        Follow(who="w.adeyemi", since=4, at="10:36"),
        Follow(who="xenia.kostas", since=4, at="15:29", remind=True),
        Follow(who="yusuf.demir", since=3, at="06:12"),
        Follow(who="zofia.wrona", since=3, at="06:47"),
        Follow(who="leo.castellan", since=2, at="19:05"),
        Follow(who="maeve.tully", since=1, at="08:33"),
    ),
    "deckhand-summer": (
        Follow(who="tamsin.yeo", since=25, at="12:10"),
        Follow(who="alun.beddoe", since=25, at="17:38"),
        Follow(who="bridget.coyle", since=21, at="08:25"),
        Follow(who="colin.sparke", since=18, at="22:14", closings_only=True),
        Follow(who="dora.lindqvist", since=12, at="09:57"),
        Follow(who="emeka.obi", since=9, at="18:02"),
    ),
    "timetable-planner": (
        Follow(who="fern.hartnell", since=15, at="09:34"),
        Follow(who="gwil.parry", since=12, at="12:18"),
        Follow(who="b.tregenza", since=10, at="20:45"),
        Follow(who="hana.suzuki", since=7, at="07:29"),
        Follow(who="ivo.marek", since=5, at="14:53", closings_only=True),
    ),
    "dietitian-maternity-cover": (
        Follow(who="jess.polglase", since=27, at="10:41"),
        Follow(who="priya.nair", since=20, at="16:09"),
        Follow(who="nadia.petrova", since=14, at="13:37", closings_only=True),
    ),
    "terminal-supervisor-port-sable": (
        Follow(who="alun.beddoe", since=28, at="15:26"),
        Follow(who="colin.sparke", since=11, at="09:19", remind=True),
    ),
    "box-office-assistant": (
        Follow(who="kit.ransome", since=17, at="11:48"),
        Follow(who="lorna.dacre", since=9, at="10:07"),
    ),
    "front-of-house-manager-studio": (
        Follow(who="lorna.dacre", since=30, at="19:12"),
        Follow(who="kit.ransome", since=26, at="08:58", closings_only=True),
    ),
    "saturday-counter-assistant": (
        Follow(who="yusuf.demir", since=35, at="07:21"),
        Follow(who="fern.hartnell", since=24, at="12:59", closings_only=True),
    ),
    "second-engineer-mv-petrel": (
        Follow(who="emeka.obi", since=1, at="18:22"),
        Follow(who="colin.sparke", since=1, at="21:40", remind=True),
    ),
    "charge-nurse-stroke-ward-nights": (
        Follow(who="grace.pender", since=2, at="12:15"),
        Follow(who="w.adeyemi", since=1, at="04:52"),
        Follow(who="jess.polglase", since=1, at="09:44", confirmed=False),
    ),
    "hospital-porter": (
        Follow(who="mo.farouk", since=3, at="16:31"),
        Follow(who="vic.marlow", since=2, at="10:20", remind=True),
    ),
    "backend-developer-tide-tables": (
        Follow(who="hana.suzuki", since=3, at="11:03"),
        Follow(who="ivo.marek", since=2, at="22:37"),
        Follow(who="dilip.rao", since=2, at="23:01", closings_only=True),
    ),
    "ticket-clerk-weekends": (
        Follow(who="kit.ransome", since=4, at="13:13"),
        Follow(who="mo.farouk", since=3, at="16:36", confirmed=False),
    ),
    "stage-door-keeper-evenings": (
        Follow(who="lorna.dacre", since=5, at="14:50"),
        Follow(who="q.abernathy", since=4, at="08:08", closings_only=True),
    ),
    "delivery-driver-early-round": (
        Follow(who="yusuf.demir", since=9, at="12:40", remind=True),
        Follow(who="mo.farouk", since=7, at="06:05"),
    ),
    "research-fellow-lens-archive": (
        Follow(who="ulla.strand", since=10, at="13:30"),
        Follow(who="jonas.brandt", since=8, at="09:26"),
        Follow(who="h.vandermeer", since=6, at="20:11", closings_only=True),
    ),
    "keeper-of-the-lamp-room": (
        Follow(who="zofia.wrona", since=13, at="10:24"),
        Follow(who="owen.pryce", since=11, at="17:17"),
        Follow(who="nell.ashby", since=6, at="08:45"),
    ),
    "wardrobe-supervisor": (
        Follow(who="dora.lindqvist", since=11, at="12:56"),
        Follow(who="rosa.delgado", since=8, at="18:34", closings_only=True),
    ),
    "community-physiotherapist": (Follow(who="eilidh.munro", since=7, at="09:39"),),
    "teacher-of-physics": (
        Follow(who="gwil.parry", since=13, at="16:42"),
        Follow(who="sam.whitlock", since=9, at="07:07", remind=True),
    ),
    "minibus-driver-and-site-assistant": (
        Follow(who="alun.beddoe", since=20, at="14:28"),
    ),
    "parks-gardener": (
        Follow(who="nell.ashby", since=24, at="11:35"),
        Follow(who="fern.hartnell", since=6, at="09:58"),
        Follow(who="bridget.coyle", since=6, at="15:41", remind=True),
    ),
    "allotments-officer": (
        Follow(who="nell.ashby", since=37, at="10:01"),
        Follow(who="kathleen.oshea", since=6, at="19:20"),
    ),
}

#: Addresses of the story that leave it before its end, with the day of the story.
BOUNCED_ON_DAY_9 = "carys.llewellyn"
LEFT_ON_DAY_19 = "farid.haddad"
