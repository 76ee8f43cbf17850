package access

import (
	"context"
	"fmt"
	"math"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
)

// Partners lists all partners, newest first.
func (o *Operator) Partners(ctx context.Context) ([]Partner, error) {
	all, _, err := o.office.Partners(ctx, PartnerQuery{Window: page.Window{Limit: math.MaxInt32}})
	return all, err
}

// NearPartners lists partners whose names are nearly one that no partner has.
func (o *Operator) NearPartners(ctx context.Context, name string) ([]Partner, error) {
	all, err := o.Partners(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking for partners of nearly that name: %w", err)
	}
	var near []Partner
	for _, p := range all {
		if p.Name == name {
			return nil, nil
		}
		if Near(name, p.Name) {
			near = append(near, p)
		}
	}
	return near, nil
}

// NearFleets lists fleets whose names are nearly one that no fleet has. An id is near to none.
func (o *Operator) NearFleets(ctx context.Context, name string) ([]FleetEntry, error) {
	if _, err := uuid.Parse(name); err == nil {
		return nil, nil
	}
	all, err := o.Fleets(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking for fleets of nearly that name: %w", err)
	}
	var near []FleetEntry
	for _, f := range all {
		if f.Name == name {
			return nil, nil
		}
		if Near(name, f.Name) {
			near = append(near, f)
		}
	}
	return near, nil
}
