package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Pool opens connections to the database that a URL names, for whoever carries the lanes beside the tables. pooled
// tells that a pooler stands between, which does not carry LISTEN.
func Pool(ctx context.Context, url string, conns int32) (p *pgxpool.Pool, pooled bool, err error) {
	config, err := parse(url)
	if err != nil {
		return nil, false, err
	}
	if p, err = newPool(ctx, config, conns); err != nil {
		return nil, false, explained(err)
	}
	err = p.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
		pooled = linkOf(c.Conn().PgConn()).pooled
		return nil
	})
	if err != nil {
		p.Close()
		return nil, false, explained(fmt.Errorf("connecting to the database: %w", err))
	}
	return p, pooled, nil
}
