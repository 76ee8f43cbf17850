-- Empties the tables that hold anything, but those that are KEPT, and has their numbers begin anew. Triggers
-- that refuse it are not asked.
SET session_replication_role = replica;
SET lock_timeout = '10s';
DO $$
DECLARE
  filled text;
BEGIN
  SELECT string_agg(oid::regclass::text, ', ') INTO filled FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
    AND oid::regclass::text <> ALL (string_to_array('KEPT', ' '));
  IF filled IS NOT NULL THEN
    EXECUTE 'TRUNCATE ' || filled || ' CASCADE';
  END IF;
  PERFORM setval(s.oid, q.seqstart, false) FROM pg_class s
    JOIN pg_sequence q ON q.seqrelid = s.oid
    LEFT JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND s.relnamespace = 'public'::regnamespace AND pg_sequence_last_value(s.oid) IS NOT NULL
    AND (d.refobjid IS NULL OR d.refobjid::regclass::text <> ALL (string_to_array('KEPT', ' ')));
END $$;
