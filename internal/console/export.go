package console

import (
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// export is a file that is written while it is read.
type export struct {
	name, kind string
	write      func(ctx context.Context, to io.Writer) error
}

// mostExported bounds the rows of a file, exportedOnce those that are read together, and mostReadings how often.
const (
	mostExported = 10_000
	exportedOnce = 500
	mostReadings = 200
)

// send answers with a file. What fails once it has begun cuts the connection, so that no half is taken for a whole.
func (c *Console) send(w http.ResponseWriter, r *http.Request, of export) {
	w.Header().Set("Content-Type", of.kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+of.name+`"`)
	if err := of.write(r.Context(), w); err != nil {
		c.Log.Error("an export of the console was cut", "path", r.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
}

// exportOperations answers with what a list shows, over its pages, as CSV.
func (c *Console) exportOperations(r *http.Request, who Visitor) (answer, error) {
	_, of, err := c.filters(r.URL.Query())
	if err != nil {
		return answer{}, err
	}
	n := c.namer(r.Context(), who)
	write := func(ctx context.Context, to io.Writer) error {
		out := csv.NewWriter(to)
		if err := out.Write([]string{"id", "asked_at", "updated_at", "state", "verb", "kind", "name", "tsp", "fleet_ref", "partner_id",
			"connection_id", "resource_id", "source_id", "tries", "why"}); err != nil {
			return err
		}
		more, err := c.each(ctx, of, func(op operation.Operation) error { return out.Write(n.cells(op)) })
		if more && err == nil {
			row := make([]string, 15)
			row[0], row[14] = "more", "There are more than one file holds; narrow the list, as by its time"
			err = out.Write(row)
		}
		out.Flush()
		if err != nil {
			return err
		}
		return out.Error()
	}
	name := "operations-" + c.Now().UTC().Format("20060102T150405Z") + ".csv"
	return answer{file: &export{name: name, kind: "text/csv; charset=utf-8", write: write}}, nil
}

// each calls with operations that a survey selects, up to a bound, and tells whether there may be more.
func (c *Console) each(ctx context.Context, of operation.Survey, call func(operation.Operation) error) (more bool, err error) {
	of.Window = page.Window{Limit: exportedOnce}
	left := mostExported
	for range mostReadings {
		found, err := c.Operations.Survey(ctx, of)
		if err != nil {
			return false, err
		}
		for _, op := range found.Items[:min(left, len(found.Items))] {
			if err := call(op); err != nil {
				return false, err
			}
		}
		left -= len(found.Items)
		if of.Window.Place = found.Next; found.Next.IsZero() || left <= 0 {
			return left < 0 || !found.Next.IsZero(), nil
		}
	}
	return true, nil
}

// cells are those of an operation in a file.
func (n *namer) cells(op operation.Operation) []string {
	_, name := n.title(op)
	w := n.why(op)
	optional := func(id uuid.UUID) string {
		if id == uuid.Nil {
			return ""
		}
		return id.String()
	}
	all := []string{op.ID.String(), op.CreatedAt.UTC().Format(time.RFC3339Nano), op.UpdatedAt.UTC().Format(time.RFC3339Nano), string(op.Stage()),
		string(op.Verb), string(op.Kind), name, string(op.TSP), op.FleetRef, op.Partner.String(), op.Connection.String(), optional(op.Resource),
		n.source(op.SourceID), strconv.Itoa(sentOf(op)), strings.TrimSpace(w.Text + " " + optional(w.Behind))}
	for i, cell := range all {
		all[i] = plain(cell)
	}
	return all
}

// plain keeps a spreadsheet from taking what others have written for a formula.
func plain(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
