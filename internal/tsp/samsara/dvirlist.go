package samsara

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// listDVIRs reads the inspections since a time. All pages are of one span, whose end is the first part of the
// cursor, in milliseconds.
func listDVIRs(now func() time.Time) rest.List {
	return func(ctx context.Context, send rest.Send, ask tsp.List) (tsp.Page, error) {
		end, after, _ := strings.Cut(ask.Cursor, ":")
		to, err := strconv.ParseInt(end, 10, 64)
		switch {
		case ask.Cursor == "":
			to = now().Add(dvirSlack).UnixMilli()
		case err != nil:
			return tsp.Page{}, noCursor(ask.Cursor)
		}
		span := func(t time.Time) []string { return []string{t.UTC().Format("2006-01-02T15:04:05.000Z")} }
		s := sweep{form: dvirForm(nil), path: dvirHistoryPath, query: url.Values{
			"startTime": span(reach(ask.Since, now)), "endTime": span(time.UnixMilli(to))}}
		page, err := s.page(ctx, send, after)
		if page.Next != "" {
			page.Next = strconv.FormatInt(to, 10) + ":" + page.Next
		}
		return page, err
	}
}
