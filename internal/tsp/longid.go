package tsp

import (
	"fmt"

	"github.com/waybill-dev/waybill/internal/resource"
)

// LongestID bounds ids of records and keys of accounts, in bytes. They stand in indexes of the store, and PostgreSQL
// takes no more than 2,704 bytes there for all columns of one. What is longer is no TSP's usual answer.
const LongestID = 500

// fits refuses ids that cannot be kept. Which it was is not told: people would get it whole.
func fits(ids ...resource.SourceID) error {
	for _, id := range ids {
		if len(id) > LongestID {
			return tooLong("the id of a record", len(id))
		}
	}
	return nil
}

func tooLong(what string, bytes int) error {
	return &Error{Class: Broken, Own: true, Message: fmt.Sprintf("the TSP's answer holds %s of %d bytes, and no more than "+
		"%d can be kept", what, bytes, LongestID)}
}

// fits refuses what of an account cannot be kept.
func (a Account) fits() error {
	if len(a.Key) > LongestID {
		return tooLong("the key of an account", len(a.Key))
	}
	return nil
}

// fits refuses what of a write cannot be kept.
func (w Written) fits() error {
	if err := fits(w.SourceID); err != nil || w.Record == nil {
		return err
	}
	return w.Record.fits()
}

// fits refuses what of a record cannot be kept.
func (r Record) fits() error {
	ids := []resource.SourceID{r.SourceID}
	for _, all := range r.Names {
		for _, named := range all {
			ids = append(ids, named.SourceID)
		}
	}
	return fits(ids...)
}

// fits refuses what of a page cannot be kept.
func (p Page) fits() error {
	for _, r := range p.Records {
		if err := r.fits(); err != nil {
			return err
		}
	}
	return nil
}
