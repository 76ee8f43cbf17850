package main

import (
	"fmt"

	"github.com/waybill-dev/waybill/bench/measure"
)

// figure is one result, with a figure of each turn.
type figure struct {
	Name  string
	Value measure.Spread
	Unit  string
	// Beside says what the ratio is to; "" of a figure without one.
	Beside string
	Ratio  measure.Spread
	// Goal is what it is to reach, and Met whether the median does; "" is no goal of its own.
	Goal string
	Met  bool
}

// figureOf makes one without a ratio.
func figureOf(name, unit string, turns []float64) figure {
	return figure{Name: name, Unit: unit, Value: measure.SpreadOf(turns...)}
}

// beside adds the ratio of each turn to what was measured beside it.
func (f figure) beside(what string, turns, others []float64) figure {
	var ratios []float64
	for i := range turns {
		ratios = append(ratios, turns[i]/others[i])
	}
	f.Beside, f.Ratio = what, measure.SpreadOf(ratios...)
	return f
}

// atLeast sets the least ratio.
func (f figure) atLeast(ratio float64) figure {
	f.Goal, f.Met = fmt.Sprintf("ratio >= %s", measure.Round(ratio)), f.Ratio.Median() >= ratio
	return f
}

// atMost sets the greatest value.
func (f figure) atMost(value float64) figure {
	f.Goal, f.Met = fmt.Sprintf("<= %s %s", measure.Round(value), f.Unit), f.Value.Median() <= value
	return f
}

// ratioAtMost sets the greatest ratio.
func (f figure) ratioAtMost(ratio float64) figure {
	f.Goal, f.Met = fmt.Sprintf("ratio <= %s", measure.Round(ratio)), f.Ratio.Median() <= ratio
	return f
}

// verdict tells whether the goal is met.
func (f figure) verdict() string {
	switch {
	case f.Goal == "":
		return ""
	case f.Met:
		return "met"
	}
	return "**missed**"
}

// String is the figure on a line of its own.
func (f figure) String() string {
	text := fmt.Sprintf("%-62s %v %s", f.Name, f.Value, f.Unit)
	if f.Beside != "" {
		text += fmt.Sprintf(", %v x %s", f.Ratio, f.Beside)
	}
	if f.Goal != "" {
		text += fmt.Sprintf("  [%s: %s]", f.Goal, f.verdict())
	}
	return text
}
