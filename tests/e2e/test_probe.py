import cProfile, pstats, time
from tests.e2e.test_crawl import town
from django.test import Client
from django.contrib.auth import get_user_model
def test_probe(town, db):
    c = Client(); c.force_login(get_user_model().objects.get(username="publisher"))
    for path in ["/admin/pages/13/edit/", "/admin/pages/4/", "/admin/jobs_listing/"]:
        c.get(path); t=time.process_time(); c.get(path); print(path, time.process_time()-t)
        p = cProfile.Profile(); p.enable(); c.get(path); p.disable()
        pstats.Stats(p).sort_stats("cumtime").print_stats(45)
