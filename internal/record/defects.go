package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
)

// ListDefects returns the defects of the inspections on one page of their list. The page is one of
// inspections, so it may hold more defects than its limit, or none and yet a next page: no list of
// defects is kept.
func (s *Service) ListDefects(ctx context.Context, who access.Principal, r Request) (Page, error) {
	found, refs, err := s.found(ctx, who, r)
	if err != nil {
		return Page{}, err
	}
	var items []jsontext.Value
	for _, log := range found.Items {
		some, err := log.defects(refs[log.Fleet], r.WithSource)
		if err != nil {
			return Page{}, err
		}
		items = append(items, some...)
	}
	// How many defects there are in all nobody has counted.
	found.Total = nil
	return page.With(found, items), nil
}

// DefectsOf returns the defects of one inspection that the caller may read.
func (s *Service) DefectsOf(ctx context.Context, who access.Principal, id uuid.UUID, withSource bool) (Page, error) {
	log, ref, err := s.Get(ctx, who, resource.KindDvirLog, id)
	if err != nil {
		return Page{}, err
	}
	all, err := log.defects(ref, withSource)
	total := len(all)
	return Page{Items: all, Total: &total}, err
}

// defects returns those of an inspection in the form of the published client's DvirLogDefectRead. A
// TSP's list of them has no ids, so theirs follow from the inspection and the defect.
func (r Record) defects(fleetRef string, withSource bool) ([]jsontext.Value, error) {
	fields, err := object(r.Fields)
	if err != nil {
		return nil, fmt.Errorf("reading the fields of record %s: %w", r.ID, err)
	}
	m, _ := ModelOf(r.Kind).Member("defects")
	var codes []string
	if value := m.fitting(fields["defects"]); value != nil {
		if err := json.Unmarshal(value, &codes); err != nil {
			return nil, fmt.Errorf("reading the defects of record %s: %w", r.ID, err)
		}
	}
	slices.Sort(codes)
	critical := fields["is_safety_critical"]
	// Of several the inspection does not tell which is.
	if critical.Kind() != 'f' && (critical.Kind() != 't' || len(codes) > 1) {
		critical = nil
	}
	var all []jsontext.Value
	for n, code := range codes {
		if n > 0 && code == codes[n-1] {
			continue
		}
		w := writer{out: []byte{'{'}}
		sum := sha256.Sum256([]byte(r.Hash + "\x00" + code))
		one := r
		one.ID = uuid.NewSHA1(idSpace, []byte("defect\x00"+r.ID.String()+"\x00"+code))
		one.SourceID, one.Hash = r.SourceID+resource.SourceID("/"+code), hex.EncodeToString(sum[:])
		one.common(&w, fleetRef, withSource)
		w.raw("extras", nil)
		w.text("dvir_log_id", r.ID.String())
		w.text("source_dvir_log_id", string(r.SourceID))
		w.text("defect_type", code)
		for _, unknown := range []string{"defect_code", "defect_name", "description", "status"} {
			w.raw(unknown, nil)
		}
		w.raw("is_safety_critical", critical)
		w.raw("resolved_at", nil)
		w.raw("notes", nil)
		all = append(all, append(w.out, '}'))
	}
	return all, nil
}

// common writes the members that all read models begin with.
func (r Record) common(w *writer, fleetRef string, withSource bool) {
	w.text("fleet_id", r.Fleet.String())
	w.textOrNull("fleet_ref", fleetRef)
	w.text("id", r.ID.String())
	w.time("created_at", r.CreatedAt)
	w.time("updated_at", r.UpdatedAt)
	w.time("deleted_at", r.DeletedAt)
	w.text("connection_id", r.Connection.String())
	w.text("tsp_id", r.TSP.ID().String())
	w.text("tsp_slug", string(r.TSP))
	w.text("source_name", string(r.TSP))
	if withSource {
		w.raw("source_data", r.Source)
	}
	w.text("source_id", string(r.SourceID))
	w.text("source_data_hash", r.Hash)
	w.time("occurred_at", r.OccurredAt)
	// Records do not tell by which execution they came.
	w.raw("execution_id", nil)
	// What was only written came by no schedule.
	schedule := ""
	if r.Imported {
		schedule = ScheduleID(r.Connection, r.Kind).String()
	}
	w.textOrNull("schedule_id", schedule)
}
