package tables

import "testing"

func TestWhatAStatementOutdatesIsReadFromItsText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]sources{
		`SELECT receiver FROM subscription WHERE status = 'active'`:                                                       0,
		`UPDATE subscription SET sequence = ?2 WHERE id = ?1 AND status = 'active'`:                                       0,
		`UPDATE subscription SET astray = CASE WHEN EXISTS (SELECT 1 FROM delivery WHERE status = 'a') THEN 1 ELSE 0 END`: 0,
		`UPDATE subscription SET astray = 0, sequence = (SELECT max(x, 1) FROM y WHERE status = 2), learned = ?1`:         subscriptions,
		`UPDATE subscription SET refused = ?2, status = ?3 WHERE id = ?1`:                                                 hearers | subscriptions,
		"update\nsubscription\tset url_key = ?2":                                                                          hearers | subscriptions,
		`UPDATE subscription SET (refused, status) = (SELECT 1, 2)`:                                                       hearers | subscriptions,
		`INSERT INTO subscription (id) VALUES (?1)`:                                                                       hearers | subscriptions,
		`DELETE FROM subscription WHERE id = ?1`:                                                                          hearers | subscriptions,
		`UPDATE connection SET sealed = ?1`:                                                                               0,
		`UPDATE connection SET sealed = CASE WHEN ?7 = 1 THEN ?8 ELSE sealed END, status = ?1`:                            connections,
		`INSERT INTO connection (id) SELECT 1`:                                                                            connections,
		`INSERT INTO connection_leaving (connection) SELECT id FROM connection WHERE status = 'deleted'`:                  0,
		`INSERT INTO share_grant (id) VALUES (?1) ON CONFLICT (id) DO UPDATE SET levels = share_grant.levels`:             hearers,
		`INSERT INTO chain_hold (connection, chain, until) VALUES (?1, ?2, ?3)`:                                           holds,
	} {
		if got := outdatedBy(text); got != want {
			t.Errorf("%b is outdated, and not %b, by %s", got, want, text)
		}
	}
}
