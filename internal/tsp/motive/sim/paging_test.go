package sim_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestAListComesInNumberedPagesAndEndsWithAnEmptyOne(t *testing.T) {
	t.Parallel()
	s := start(t)
	for path, total := range map[string]int{
		"/v1/vehicles": 6, "/v1/assets": 4, "/v1/users": 8, "/v1/groups": 2, "/v1/companies": 1, "/v1/fuel_purchases": 2,
		"/v2/inspection_reports": 2, "/v1/messages": 3,
	} {
		var all []string
		for page := 1; ; page++ {
			got, told := s.list(fmt.Sprintf("%s?per_page=3&page_no=%d", path, page), "X-User-Id", admin)
			if diff := cmp.Diff(pagination{3, page, total}, told); diff != "" {
				t.Errorf("%s: %s", path, diff)
			}
			if len(got) == 0 {
				break
			}
			all = append(all, simtest.IDs(got)...)
		}
		if len(all) != total || !slices.IsSorted(all) {
			t.Errorf("%s: %v", path, all)
		}
	}
}

func TestAPageHolds25ObjectsUnlessAskedAndAtMost100(t *testing.T) {
	t.Parallel()
	s := start(t)
	for n := range 110 {
		s.must("POST", "/v1/vehicles", fmt.Sprintf(`{"number":"N-%d"}`, n))
	}
	for query, want := range map[string]pagination{"": {25, 1, 116}, "?per_page=100": {100, 1, 116}} {
		got, told := s.list("/v1/vehicles" + query)
		if len(got) != want.PerPage || told != want {
			t.Errorf("%q: %d vehicles, %+v", query, len(got), told)
		}
	}
	if rest, _ := s.list("/v1/vehicles?per_page=100&page_no=2"); len(rest) != 16 {
		t.Errorf("%d on the second page", len(rest))
	}
}

func TestListsAreFiltered(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.must("PUT", "/v1/assets/520002", `{"status":"inactive"}`)
	s.must("POST", "/v1/fuel_purchases", `{"vehicle_id":1800006,"driver_id":520001,"purchased_at":"2026-11-01","jurisdiction":"NV","fuel_type":"cng","fuel":1,"fuel_unit":"gal"}`)
	for path, want := range map[string]int{
		"/v1/users?role=driver": 6, "/v1/users?role=admin": 1, "/v1/assets?name=20": 4, "/v1/assets?name=trailer%20201": 1,
		"/v1/assets?name=trailer&exact_match=true": 0, "/v1/assets?status=inactive": 1,
		"/v1/fuel_purchases": 2, "/v1/fuel_purchases?start_date=2026-11-01": 3,
		"/v1/fuel_purchases?start_date=2026-11-01&end_date=2026-11-22": 2, "/v1/fuel_purchases?start_date=2026-11-01&end_date=2026-11-01": 1,
		"/v1/fuel_purchases?start_date=2026-11-23": 1, "/v1/fuel_purchases?start_date=2026-11-01&vehicle_type=ifta": 2,
		"/v1/fuel_purchases?start_date=2026-11-01&fuel_type=cng": 1, "/v1/fuel_purchases?vehicle_ids=1800001,1800006": 1,
		"/v1/fuel_purchases?vehicle_ids[]=1800001&vehicle_ids[]=1800002": 2, "/v1/fuel_purchases?jurisdictions=NV": 0,
		"/v1/fuel_purchases?source=manual":              0,
		"/v2/inspection_reports?status=with_no_defects": 1, "/v2/inspection_reports?status=with_defects": 1,
		"/v2/inspection_reports?status=corrected": 0, "/v2/inspection_reports?status=all": 2,
		"/v2/inspection_reports?driver_ids=520002": 0, "/v2/inspection_reports?vehicle_ids=1800001,5": 1, "/v2/inspection_reports?asset_ids=1": 0, "/v2/inspection_reports?asset_ids=520001": 1,
		"/v2/inspection_reports?end_date=2026-11-23": 0, "/v2/inspection_reports?start_date=2026-11-24": 2,
		"/v2/inspection_reports?updated_after=2026-11-24T12:00:01Z": 0, "/v2/inspection_reports?updated_after=2026-11-24T12:00:00Z": 2,
	} {
		if got, told := s.list(path); len(got) != want || told.Total != want {
			t.Errorf("%s: %d objects of %d, want %d", path, len(got), told.Total, want)
		}
	}
}
