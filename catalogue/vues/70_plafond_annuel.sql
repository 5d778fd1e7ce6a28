-- The highest monthly ceiling in force on a first day of each year that has allocations.
SELECT a.annee, max(p.plafond) AS plafond
FROM (SELECT DISTINCT date_trunc('year', mois)::date AS annee FROM allocations) a
JOIN plafonds p
  ON greatest(date_trunc('month', p.debut + INTERVAL '1 month' - INTERVAL '1 day')::date, a.annee)
     <= least(coalesce(p.fin, DATE '9999-12-31'), (a.annee + INTERVAL '11 months')::date)
GROUP BY a.annee
