"""What the triggers do, as far as all databases say it alike.

``{which}`` selects rows, as whoever writes them wants; other names in braces are what
a dialect says in its own words.
"""

#: What is written of the jobs that ``{which}`` selects. Nothing else leads to an index
#: of theirs, neither an alias nor a join to the company: while PostgreSQL believes that
#: there is nearly no job, it may take any, and read all of it.
LISTING = """
    INSERT INTO jobs_joblisting (
        number, page_id, closes_at, pay, pay_currency,
        employment_type, workplace, category_id, company_id, lexemes
    )
    SELECT {number}, job.page_ptr_id, COALESCE(job.closes_at, {never}),
        CASE WHEN job.pay_currency = (SELECT default_currency FROM jobs_boardsettings)
            THEN COALESCE(CAST(job.pay_per_year AS BIGINT), -1) ELSE -1 END,
        job.pay_currency,
        job.employment_type, job.workplace, job.category_id, job.company_id, {lexemes}
    FROM jobs_jobpage job JOIN wagtailcore_page page ON page.id = job.page_ptr_id
    WHERE {which} AND page.live AND COALESCE(page.alias_of_id, 0) = 0
        AND job.closed_reason = '' AND NOT EXISTS (
        SELECT 1 FROM wagtailcore_pageviewrestriction restriction
        WHERE {find}(page.path, (
            SELECT above.path FROM wagtailcore_page above
            WHERE above.id = restriction.page_id
        )) = 1
    )
"""
#: Where the jobs are that ``{which}`` selects, of those that are listed.
PLACES = """
    INSERT INTO jobs_joblistingplace (listing_id, key, name, is_town, closes_at)
    SELECT number, lower(name), MIN(name), MAX(town) = 1, closes_at FROM (
        SELECT listing.number, listing.closes_at, place.place AS name, 1 AS town
        FROM jobs_joblisting listing
        JOIN jobs_joblocation place ON place.page_id = listing.page_id
        WHERE {which}
        UNION ALL
        SELECT listing.number, listing.closes_at, place.region AS name, 0 AS town
        FROM jobs_joblisting listing
        JOIN jobs_joblocation place ON place.page_id = listing.page_id
        WHERE {which}
    ) AS named
    WHERE name <> ''
    GROUP BY number, lower(name), closes_at
"""
#: What is found of a ``job`` beside its title and its words.
FACTS = """
    job.summary || ' ' || COALESCE((
        SELECT company.name FROM jobs_company company
        WHERE company.id = job.company_id AND NOT company.is_confidential
    ), '') || ' ' || COALESCE((
        SELECT category.name FROM jobs_jobcategory category
        WHERE category.id = job.category_id
    ), '') || ' ' || COALESCE((
        SELECT {join}(place.place || ' ' || place.region, ' ')
        FROM jobs_joblocation place WHERE place.page_id = job.page_ptr_id
    ), '')
"""
#: Its text, and what it asks for.
WORDS = """
    job.words || ' ' || COALESCE((
        SELECT {join}(asked.text, ' ')
        FROM jobs_jobrequirement asked WHERE asked.page_id = job.page_ptr_id
    ), '')
"""
#: What goes when a row of ``JobListing`` goes, and the trigger that sees to it.
FORGET = "DELETE FROM jobs_joblistingplace WHERE listing_id = OLD.number"
FORGET_NAME = "jobs_listing_forgotten"
