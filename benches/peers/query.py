"""The question as one SQL query, in words that DuckDB and PostgreSQL share."""

from world import DOUBT, RADIUS, WEIGHT, WHOLE


def query(package, bit_count, whole_division):
    """`whole_division(a, b)` is the quotient of two whole numbers, floored."""
    low, high = package["hours"]
    start, end = "greatest(0, hours_min - committed)", "(hours_max - committed)"
    fixed, domains = package["fixed"], package["experience"]
    other_dayparts = bit_count(f"(dayparts & {~fixed & 0x1FFFFF})")
    gates = [
        "able = 1",
        "true" if package["call_up"] else "standby = 0",
        f"(forms >> {package['form']}) & 1 = 1",
        f"no_go & {package['present']} = 0",
        f"needs & {~package['offered'] & 0xFFFFFFFF} = 0",
        f"(hours_min is null or ({end} >= {start} and {end} >= {low} and {start} <= {high}))",
        f"(dayparts is null or (dayparts & {fixed} = {fixed} and {other_dayparts} >= {package['flexible']}))",
        f"(nl is null or nl >= {package['nl']})",
    ]
    wanted = f"({start} + greatest({start}, {end}))"
    missed = whole_division(f"{WHOLE} * abs({wanted} - least(greatest({wanted}, {2 * low}), {2 * high}))", f"greatest({wanted}, 1)")
    values = [
        "turn",
        f"case when hours_min is null then {DOUBT} when {wanted} = 0 then {WHOLE if low == 0 else 0} else greatest(0, {WHOLE} - {missed}) end",
    ]
    distance = "null"
    if package["place"]:
        lat, lon = package["place"]
        a = (
            f"power(sin((radians({lat}) - radians(lat)) / 2), 2) + cos(radians(lat)) * cos(radians({lat})) * "
            f"power(sin((radians({lon}) - radians(lon)) / 2), 2)"
        )
        distance = f"cast(floor(2 * {RADIUS} * asin(least(1.0, sqrt({a}))) + 0.5 + 1e-9) as bigint)"
        used = whole_division(f"{WHOLE} * metres", "travel")
        values.append(
            f"case when lat is null or travel is null then {DOUBT} when metres > travel then 0 when travel = 0 then {WHOLE} "
            f"else {WHOLE} - {used} end"
        )
    if domains:
        shared = whole_division(bit_count(f"(experience & {domains})") + f" * {WHOLE}", str(domains.bit_count()))
        values.append(f"case when experience is null then {DOUBT} else {shared} end")
    if package["asked"]:
        weights = sum(weight for weight, _ in package["asked"])
        values.append(f"case when competent = 0 then {DOUBT} else {whole_division('coalesce(worth, 0)', str(weights))} end")
    near = "where lat is null or travel is null or metres <= travel" if package["on_site"] and package["place"] else ""
    score = whole_division(f"{WEIGHT} * (" + " + ".join(values) + ")", str(WEIGHT * len(values)))
    return f"""
        with fitting as materialized (
            select * from (select *, {distance} as metres from experts where {' and '.join(gates)}) as gated {near}
        ), best as (
            select expert, asked, weight * max(answers.worth) as worth from fitting join held using (expert) join answers using (competence, level)
            group by expert, asked, weight
        ), able_to as (select expert, cast(sum(worth) as bigint) as worth from best group by expert)
        select expert, {score} as score from fitting left join able_to using (expert) order by score desc, turn desc, expert limit 20
    """


def answers(package):
    """A row for each competence that answers something asked, at each level."""
    for number, (weight, asked) in enumerate(package["asked"]):
        for competence, *levels in asked:
            for level, worth in enumerate(levels, 1):
                yield competence, level, number, weight, worth
