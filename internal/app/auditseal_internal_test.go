package app

import (
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/store"
)

// began is the service as a start has left it: keys are made, its log has four entries and is sealed.
func began(t *testing.T) *App {
	t.Helper()
	c := config.Default()
	c.Key, c.DatabaseURL = "Jy3Yq0lgc7Wn8t1J5NAEo0vXIu2Wp1r8Z94l6bS0mYg=", filepath.Join(t.TempDir(), "w.db")
	db, err := store.Open(t.Context(), c.DatabaseURL, store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	a := &App{config: c, log: slog.New(slog.DiscardHandler), db: db, now: time.Now}
	keys, err := a.secrets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a.keys.sealer = keys.sealer
	for range 2 {
		if err := a.noteStart(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.sealHead(t.Context(), a.keys.sealer); err != nil {
		t.Fatal(err)
	}
	return a
}

// reopened has the service's database opened anew.
func (a *App) reopened(t *testing.T, o store.Options) {
	t.Helper()
	if err := a.db.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), a.config.DatabaseURL, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	a.db = db
}

// forge does to the database what its file's owner can.
func (a *App) forge(t *testing.T, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+a.config.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

var untied = []string{"DROP TRIGGER audit_is_not_changed", "DROP TRIGGER audit_is_not_deleted"}

// tied are the triggers as the release makes them.
var tied = []string{
	`CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END`,
	`CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END`,
}

// recast changes an entry and computes all hashes behind it anew.
func (a *App) recast(t *testing.T) {
	t.Helper()
	all, err := a.db.Entries(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	a.forge(t, untied...)
	db, err := sql.Open("sqlite3", "file:"+a.config.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var head audit.Head
	for _, e := range all {
		if e.Seq == 2 {
			e.Name = "operator:other"
		}
		if e, err = e.Chained(head); err == nil {
			_, err = db.ExecContext(t.Context(), `UPDATE audit SET actor = ?2, hash = ?3 WHERE seq = ?1`, e.Seq, e.Name, e.Hash)
		}
		if err != nil {
			t.Fatal(err)
		}
		head = audit.Head{Seq: e.Seq, Hash: e.Hash}
	}
}

func TestAForgedAuditLogIsNotSealedByARunningServiceNorByTheNextStart(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]func(*testing.T, *App){
		"the end is cut off": func(t *testing.T,
			a *App) {
			a.forge(t, append(untied, `DELETE FROM audit WHERE seq >= 3`)...)
		},
		"all hashes are made anew": func(t *testing.T, a *App) { a.recast(t) },
		"the sealed head is gone":  func(t *testing.T, a *App) { a.forge(t, `DELETE FROM meta WHERE name = 'audit-head'`) },
		"the end and the sealed head are gone": func(t *testing.T, a *App) {
			a.forge(t, append(untied, `DELETE FROM audit WHERE seq >= 3`, `DELETE FROM meta WHERE name = 'audit-head'`)...)
		},
		"all is gone": func(t *testing.T, a *App) {
			a.forge(t, append(untied, `DELETE FROM audit`, `DELETE FROM meta WHERE name = 'audit-head'`)...)
		},
		"the sealed head is another": func(t *testing.T,
			a *App) {
			a.forge(t, `UPDATE meta SET value = x'00' WHERE name = 'audit-head'`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := began(t)
			forge(t, a)
			// What follows looks like a log in order, behind its head.
			for range 3 {
				if err := a.noteStart(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			before, err := a.db.Meta(t.Context(), metaHead)
			if err != nil {
				t.Fatal(err)
			}
			var told strings.Builder
			next := &App{config: a.config, db: a.db, log: slog.New(slog.NewTextHandler(&told, nil)), now: time.Now}
			if _, err := next.secrets(t.Context()); err != nil {
				t.Errorf("the next start: %v", err)
			}
			if !strings.Contains(told.String(), "level=ERROR") || !strings.Contains(told.String(), audit.ErrBroken.Error()) {
				t.Errorf("the next start logs %s", told.String())
			}
			if err := a.sealHead(t.Context(), a.keys.sealer); !errors.Is(err, audit.ErrBroken) {
				t.Errorf("while it runs: %v", err)
			}
			if _, _, err := VerifyAudit(t.Context(), a.config); !errors.Is(err, audit.ErrBroken) {
				t.Errorf("verified: %v", err)
			}
			after, err := a.db.Meta(t.Context(), metaHead)
			if err != nil || string(before) != string(after) {
				t.Errorf("it was sealed: %v", err)
			}
		})
	}
}

func TestAnOlderHeadThatIsPutBackWhileTheServiceRunsIsTold(t *testing.T) {
	t.Parallel()
	a := began(t)
	older, err := a.db.Meta(t.Context(), metaHead)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.noteStart(t.Context()), a.sealHead(t.Context(), a.keys.sealer)); err != nil {
		t.Fatal(err)
	}
	a.forge(t, append(untied, `DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)`)...)
	if err := a.db.SetMeta(t.Context(), metaHead, older); err != nil {
		t.Fatal(err)
	}
	if err := a.sealHead(t.Context(), a.keys.sealer); !errors.Is(err, audit.ErrBroken) {
		t.Error(err)
	}
}

func TestTriggersThatAreNotThoseOfTheReleaseAreToldByVerify(t *testing.T) {
	t.Parallel()
	for name, statements := range map[string][]string{
		"one is gone":   {untied[0]},
		"one is hollow": {untied[0], `CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT 1; END`},
		"one is added":  {`CREATE TRIGGER silent BEFORE INSERT ON audit WHEN new.actor = 'x' BEGIN SELECT raise(IGNORE); END`},
	} {
		a := began(t)
		if _, unseen, err := VerifyAudit(t.Context(), a.config); err != nil || unseen != "" {
			t.Fatalf("as it was made: %q, %v", unseen, err)
		}
		a.forge(t, statements...)
		if _, _, err := VerifyAudit(t.Context(), a.config); !errors.Is(err, audit.ErrBroken) ||
			!strings.Contains(err.Error(), "triggers") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALogThatNoServiceHasSealedAndOneWithoutAKeyAreToldApart(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.DatabaseURL = filepath.Join(t.TempDir(), "w.db")
	if err := Migrate(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if _, unseen, err := VerifyAudit(t.Context(), c); err != nil || !strings.Contains(unseen, "no service has started") {
		t.Errorf("%q, %v", unseen, err)
	}
	a := began(t)
	a.config.Key = ""
	if _, unseen, err := VerifyAudit(t.Context(), a.config); err != nil || !strings.Contains(unseen, "no key") {
		t.Errorf("%q, %v", unseen, err)
	}
}

// older is a database in which an earlier build has worked that had no audit log: its keys are there, and
// the log that the upgrade has made is empty.
func older(t *testing.T) *App {
	t.Helper()
	a := began(t)
	wrapped, sealer := newKeyset(t)
	derivation, err := sealer.Seal(make([]byte, 32), []byte(metaDerive))
	if err != nil {
		t.Fatal(err)
	}
	a.forge(t, append(untied, `DELETE FROM audit`, `DELETE FROM meta`)...)
	for name, value := range map[string][]byte{metaKeyset: wrapped, metaDerive: derivation} {
		if err := a.db.SetMeta(t.Context(), name, value); err != nil {
			t.Fatal(err)
		}
	}
	a.forge(t, tied...)
	return &App{config: a.config, db: a.db, log: a.log, now: time.Now}
}

func TestTheLogOfADatabaseThatAnEarlierBuildHasLeftIsSealedFromTheFirstStartOn(t *testing.T) {
	t.Parallel()
	a := older(t)
	if _, unseen, err := VerifyAudit(t.Context(), a.config); err != nil ||
		!strings.Contains(unseen, "no service has started") {
		t.Errorf("before the first start: %q, %v", unseen, err)
	}
	var told strings.Builder
	a.log = slog.New(slog.NewTextHandler(&told, nil))
	keys, err := a.secrets(t.Context())
	if err == nil {
		err = errors.Join(a.noteStart(t.Context()), a.sealHead(t.Context(), keys.sealer))
	}
	if err != nil || told.String() != "" {
		t.Errorf("the start: %v, it logs %s", err, told.String())
	}
	if _, unseen, err := VerifyAudit(t.Context(), a.config); err != nil || unseen != "" {
		t.Errorf("verified: %q, %v", unseen, err)
	}
	a.forge(t, append(untied, `DELETE FROM audit`, `DELETE FROM meta WHERE name = 'audit-head'`)...)
	if _, _, err := VerifyAudit(t.Context(), a.config); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("forged behind the first start: %v", err)
	}
}
