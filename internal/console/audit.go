package console

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
)

// auditPath is that of the page of the audit log.
const auditPath = Root + "audit"

// auditView is what the page of the audit log shows.
type auditView struct {
	Rows         []entryRow
	Newer, Older string
	Last         int64
}

// entryRow is an entry of the log, with where what it is about is shown.
type entryRow struct {
	audit.Entry
	Path string
}

// showAudit shows who did what, the newest first.
func (c *Console) showAudit(r *http.Request, _ Visitor) (answer, error) {
	head, err := c.Journal.AuditHead(r.Context())
	if err != nil {
		return answer{}, err
	}
	v, last := auditView{Last: head.Seq}, head.Seq
	if text := r.FormValue("last"); text != "" {
		if last, err = strconv.ParseInt(text, 10, 64); err != nil || last < 0 {
			return answer{}, wrongInput("last", text, "must be the number of an entry, such as 50")
		}
		last = min(last, head.Seq)
	}
	entries, err := c.Journal.Entries(r.Context(), max(0, last-rowsShown), rowsShown)
	if err != nil {
		return answer{}, err
	}
	for i := len(entries) - 1; i >= 0; i-- {
		if e := entries[i]; e.Seq <= last {
			v.Rows = append(v.Rows, entryRow{e, objectPath(e.Object)})
		}
	}
	if last > rowsShown {
		v.Older = auditPath + "?last=" + strconv.FormatInt(last-rowsShown, 10)
	}
	if last < head.Seq {
		v.Newer = auditPath + "?last=" + strconv.FormatInt(min(last+rowsShown, head.Seq), 10)
	}
	return answer{sheet: sheet{name: "audit", Title: "Audit", Place: "Audit", Content: v}}, nil
}

// objectPath is where the console shows what an entry is about; "" if nowhere.
func objectPath(object string) string {
	kind, text, _ := strings.Cut(object, ":")
	id, err := uuid.Parse(text)
	switch {
	case err != nil:
		return ""
	case kind == "operation":
		return operationPath(id)
	case kind == "connection":
		return connectionPath(id)
	}
	return ""
}
