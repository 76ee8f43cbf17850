package riversource

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// pulse is the connection by which a replica beats. It is of no pool: a pool keeps the place of a connection
// that went silent for as long as it tries to end it in order, by when others take this replica for dead.
type pulse struct {
	config *pgx.ConnConfig
	conn   *pgx.Conn
}

// query asks by the connection, which is made if there is none.
func (p *pulse) query(ctx context.Context, text string, args ...any) (pgx.Rows, error) {
	if p.conn == nil {
		conn, err := pgx.ConnectConfig(ctx, p.config)
		if err != nil {
			return nil, err
		}
		p.conn = conn
	}
	rows, err := p.conn.Query(ctx, text, args...)
	if err != nil {
		p.end()
	}
	return rows, err
}

// farewell is how long a connection may take to end.
const farewell = time.Second

// end ends the connection; the next query makes another.
func (p *pulse) end() {
	if conn := p.conn; conn != nil {
		p.conn = nil
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), farewell)
			defer cancel()
			_ = conn.Close(ctx)
		}()
	}
}
