from wagtail import hooks

from jobs.deletion import refuse_company_in_use

hooks.register("before_delete_snippet", refuse_company_in_use)
