package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"

	"github.com/pressly/goose/v3"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// reaches is where a migration says which releases go on over its tables: those that know the tables of a version
// at least. One that does not say so is for its own release and newer ones.
var reaches = regexp.MustCompile(`(?m)^-- Releases from: (\d+)$`)

// noteReach notes in the database, for older releases, which of them go on over the tables of each migration. It
// is called by one process at a time, before the migrations are applied.
func (t *target) noteReach(ctx context.Context) error {
	_, err := t.db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS release_reach (
		version bigint PRIMARY KEY, releases_from bigint NOT NULL)`)
	for _, source := range t.provider.ListSources() {
		if err != nil {
			break
		}
		var text []byte
		if text, err = fs.ReadFile(migrations, "migrations/"+source.Path); err != nil {
			break
		}
		said := reaches.FindSubmatch(text)
		if said == nil {
			continue
		}
		var from int64
		if from, err = strconv.ParseInt(string(said[1]), 10, 64); err != nil {
			break
		}
		_, err = t.db.ExecContext(ctx, `INSERT INTO release_reach (version, releases_from) VALUES ($1, $2)
			ON CONFLICT (version) DO UPDATE SET releases_from = excluded.releases_from`, source.Version, from)
	}
	if err != nil {
		return fmt.Errorf("noting which releases run over the tables: %w", err)
	}
	return nil
}

// errNewer is why tables of a newer release are refused.
var errNewer = errors.New("a newer release of Waybill made them")

// refuseNewer refuses tables that a newer release has made, unless they say that this one goes on over them: it
// would misread and damage their rows. It changes nothing.
func (t *target) refuseNewer(ctx context.Context) error {
	version, newest, err := t.versions(ctx)
	if err != nil || version <= newest {
		return err
	}
	noted, err := t.has(ctx, "release_reach")
	if err != nil {
		return err
	}
	beyond := int64(1)
	if noted {
		err = t.db.QueryRowContext(ctx, `SELECT count(*) FROM `+goose.DefaultTablename+` g
			LEFT JOIN release_reach r ON r.version = g.version_id
			WHERE g.version_id > $1 AND coalesce(r.releases_from, g.version_id) > $1`, newest).Scan(&beyond)
	}
	switch {
	case err != nil:
		return fmt.Errorf("reading which releases run over the tables: %w", err)
	case beyond == 0:
		return nil
	}
	return fmt.Errorf("%s has tables of version %d, and this release knows them up to %d and does not run over those: %w; "+
		"nothing was changed: run the newer release, or put back a backup that was taken before it (docs/backup.md)",
		t.place, version, newest, errNewer)
}

// refuseOther refuses tables over which this release does not run as they are, for whoever works beside a service:
// that one may be of the release that the tables are of. It changes nothing.
func refuseOther(ctx context.Context, url string) error {
	return beside(ctx, url, func(t *target) error {
		if err := t.refuseNewer(ctx); err != nil {
			return err
		}
		version, newest, err := t.versions(ctx)
		if err != nil || version >= newest {
			return err
		}
		if version == 0 {
			return fmt.Errorf("%s holds no tables of Waybill yet: run `waybill migrate`, or start this release, to make them; "+
				"if it should hold some, look whether WAYBILL_DATABASE_URL names the right one", t.place)
		}
		return fmt.Errorf("%s has tables of version %d, and this release needs version %d; nothing was changed: take a "+
			"backup, and run `waybill migrate` or start this release", t.place, version, newest)
	})
}

// versions are that of the tables, 0 where there are none, and the newest that this release knows.
func (t *target) versions(ctx context.Context) (version, newest int64, err error) {
	there, err := t.has(ctx, goose.DefaultTablename)
	if err == nil && there {
		err = t.db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+
			goose.DefaultTablename).Scan(&version)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("reading the version of the tables: %w", err)
	}
	known := t.provider.ListSources()
	return version, known[len(known)-1].Version, nil
}

// has tells whether there is a table.
func (t *target) has(ctx context.Context, table string) (there bool, err error) {
	err = t.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_tables
		WHERE schemaname = current_schema() AND tablename = $1)`, table).Scan(&there)
	return there, err
}

// Status tells of the migrations that this release knows and of those that were applied by newer ones, in their
// order. It changes nothing.
func Status(ctx context.Context, url string) (tables engine.Tables, err error) {
	err = beside(ctx, url, func(t *target) (err error) {
		if err = t.refuseNewer(ctx); errors.Is(err, errNewer) {
			tables.Unfit, err = err, nil
		}
		if err == nil {
			tables.Migrations, err = t.applied(ctx)
		}
		return err
	})
	return tables, err
}

// applied are all migrations, with when they were applied.
func (t *target) applied(ctx context.Context) (all []engine.Migration, err error) {
	for _, source := range t.provider.ListSources() {
		all = append(all, engine.Migration{Version: source.Version, Name: source.Path})
	}
	there, err := t.has(ctx, goose.DefaultTablename)
	if err != nil || !there {
		return all, err
	}
	rows, err := t.db.QueryContext(ctx, `SELECT version_id, max(tstamp) FROM `+goose.DefaultTablename+`
		WHERE is_applied AND version_id > 0 GROUP BY version_id ORDER BY version_id`)
	if err != nil {
		return nil, fmt.Errorf("reading when the tables were changed: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var m engine.Migration
		if err := rows.Scan(&m.Version, &m.AppliedAt); err != nil {
			return nil, fmt.Errorf("reading when the tables were changed: %w", err)
		}
		all = engine.Applied(all, m)
	}
	return all, rows.Err()
}
