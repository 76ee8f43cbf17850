package motive

import (
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// NewAt is New with another clock.
func NewAt(now func() time.Time) tsp.Adapter { return newAt(now) }

// RulesetCodes are the codes of rule sets that Motive has.
func RulesetCodes() []string { return rulesetCodes() }
