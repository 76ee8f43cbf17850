package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/bench/gateway"
)

// queueOne leaves one operation queued in the store of a gateway, which is killed, behind one that hung. Each has a
// text of its own: they are sent when it is settled what became of the one that hung, maybe in another measurement.
func (f *field) queueOne(ctx context.Context, w *gateway.Waybill) error {
	f.tsp.SetHanging(func(token string) bool { return strings.HasSuffix(token, "-0") })
	defer f.tsp.SetHanging(nil)
	for range 2 {
		request, err := w.Request(ctx, 0, "queued "+uuid.NewString())
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		_ = answer.Body.Close()
	}
	return w.Process().Kill()
}

// lane is what is to be queued for one connection.
type lane struct {
	connection, writes, first int
}

// chains is how many orders a deep lane keeps.
const chains = 10_000

// queue copies the operation that is queued, each with a text of its own: what comes to the TSP again is counted.
func queue(ctx context.Context, db *sql.DB, w *gateway.Waybill, l lane) error {
	connection := strings.ReplaceAll(w.Connection(l.connection), "-", "")
	of := l.connection
	return copies{table: "operation", of: "WHERE t.state = 'queued'", first: l.first, anew: map[string]string{
		"seq":        "",
		"id":         fmt.Sprintf("unhex(printf('0170000000007%%03x8%%03x%%012x', %d, %d, i))", of%4096, of/4096),
		"connection": "x'" + connection + "'",
		"fleet":      fmt.Sprintf("(SELECT fleet FROM connection WHERE id = x'%s')", connection),
		"payload":    fmt.Sprintf("replace(t.payload, 'queued', 'queued-%d-' || i)", of),
		"order_key":  fmt.Sprintf("t.order_key || '-' || (i %% %d)", chains),
	}}.make(ctx, db, l.writes)
}
