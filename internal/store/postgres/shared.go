package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Pool opens connections to the database that a URL names, for whoever carries the lanes beside the tables. pooled
// tells that a pooler stands between, which does not carry LISTEN. Behind one no statements are kept under names, unless
// the URL demands it.
func Pool(ctx context.Context, url string, conns int32) (p *pgxpool.Pool, pooled bool, err error) {
	config, err := parse(url)
	if err != nil {
		return nil, false, err
	}
	if pooled, err = behindPooler(ctx, config); err != nil {
		return nil, false, Explained(fmt.Errorf("connecting to the database: %w", err))
	}
	mode := &config.ConnConfig.DefaultQueryExecMode
	// By describe_exec a statement without a name lies from one round trip to the next, in which it may become another's.
	if pooled && (namedBy(url, *mode) == namedUnlessPooled || *mode == pgx.QueryExecModeDescribeExec) {
		*mode = pgx.QueryExecModeCacheDescribe
	}
	if p, err = newPool(ctx, config, conns); err != nil {
		return nil, false, Explained(err)
	}
	return p, pooled, nil
}

// behindPooler connects once, to see whether a pooler stands between.
func behindPooler(ctx context.Context, config *pgxpool.Config) (bool, error) {
	conn, err := pgconn.ConnectConfig(ctx, config.ConnConfig.Config.Copy())
	if err != nil {
		return false, err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelFor)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	return linkOf(conn).pooled, nil
}
