package console

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
)

// chart is what was accepted and what ended over time, as bars that the page draws without a script, with a table that
// says the same.
type chart struct {
	// Says is the chart in words, and Scale what its height, half of it and nothing stand for, a minute.
	Says  string
	Scale []string
	// Ticks are times from its left to its right, in equal steps; the last one is now.
	Ticks []time.Time
	// Width is that of all bars in the chart's own unit, of which its height is chartHeight.
	Width int
	Bars  []bar
	// Accepted is a line, as the points of an SVG polyline.
	Accepted string
	Rows     []chartRow
}

// bar is one part of the bar of a stretch.
type bar struct {
	X, Y, Height int
	Colour       string
}

// chartRow is a stretch in the table.
type chartRow struct {
	At time.Time
	operation.Rate
}

// stretch is how far back a chart looks, and how much time each of its bars stands for.
type stretch struct {
	value, word, last string
	back, every       time.Duration
}

// stretches are those that can be chosen, the first without being asked for.
func stretches() []stretch {
	return []stretch{{"1h", "1 hour", "hour", time.Hour, time.Minute}, {"24h", "24 hours", "24 hours", 24 * time.Hour, 15 * time.Minute}}
}

const (
	chartHeight = 100
	barWidth    = 10
	barGap      = 2
	// leastHeight is that of what there is at all, so that one failure among thousands is seen.
	leastHeight = 3
)

// chartOf draws the rates of a stretch that ends now.
func chartOf(of stretch, rates []operation.Rate, now time.Time) chart {
	first := now.Add(-of.back).Truncate(of.every).Add(of.every)
	slots := make([]operation.Rate, int(of.back/of.every))
	for _, r := range rates {
		if i := int(r.At.Sub(first) / of.every); !r.At.Before(first) && i < len(slots) {
			slots[i].Add(r)
		}
	}
	most := 1
	var all operation.Rate
	for _, r := range slots {
		most = max(most, r.Accepted, ended(r))
		all.Add(r)
	}
	c, scale := chartFor(of, first, most)
	c.Says = fmt.Sprintf("Over the last %s %s were accepted; %s succeeded, %s failed, %s ended with an unknown outcome and %s were cancelled",
		of.last, count(all.Accepted), count(all.Succeeded), count(all.Failed), count(all.Unknown), count(all.Cancelled))
	for i, r := range slots {
		c.Bars = append(c.Bars, stacked(i, scale, part{r.Succeeded, ink}, part{r.Cancelled, idle}, part{r.Failed, bad}, part{r.Unknown, ask})...)
		y := chartHeight - int(float64(r.Accepted)*scale)
		c.Accepted += fmt.Sprintf("%d,%d %d,%d ", i*barWidth, y, (i+1)*barWidth, y)
	}
	for i := len(slots) - 1; i >= 0; i-- {
		if r := slots[i]; r.Accepted+ended(r) > 0 {
			c.Rows = append(c.Rows, chartRow{first.Add(time.Duration(i) * of.every), r})
		}
	}
	return c
}

// ended is how many ended in a stretch.
func ended(r operation.Rate) int { return r.Succeeded + r.Failed + r.Unknown + r.Cancelled }

// part is how many of a stretch have one colour.
type part struct {
	n      int
	colour string
}

// stacked is the bar of a stretch, what is wrong on top. One of what is counted is as high as scale.
func stacked(i int, scale float64, parts ...part) (all []bar) {
	y := chartHeight
	for _, of := range parts {
		if of.n == 0 {
			continue
		}
		height := min(max(leastHeight, int(float64(of.n)*scale)), y)
		y -= height
		all = append(all, bar{i*barWidth + barGap/2, y, height, of.colour})
	}
	return all
}

// chartFor is an empty chart whose first bar begins at first, and how high one of what is counted is where most are the
// most of a stretch.
func chartFor(of stretch, first time.Time, most int) (c chart, scale float64) {
	top := roundUp(float64(max(1, most)) / of.every.Minutes())
	c = chart{Width: int(of.back/of.every) * barWidth, Scale: []string{short(top), short(top / 2), "0"}, Ticks: ticksOf(of, first)}
	return c, chartHeight / (top * of.every.Minutes())
}

// roundUp is the next number above another one that is easily halved and read: 1, 2, 4 or 6 with any zeros.
func roundUp(n float64) float64 {
	zeros := math.Pow(10, math.Floor(math.Log10(n)))
	for _, digit := range []float64{1, 2, 4, 6} {
		if n <= digit*zeros {
			return digit * zeros
		}
	}
	return 10 * zeros
}

// short writes a number without zeros that say nothing.
func short(n float64) string {
	if n >= 1 && n == math.Trunc(n) {
		return count(int(n))
	}
	return strconv.FormatFloat(n, 'g', 2, 64)
}

// ticksOf are the times of five marks below a chart, whose first bar begins at first.
func ticksOf(of stretch, first time.Time) (all []time.Time) {
	const steps = 4
	for i := range steps + 1 {
		all = append(all, first.Add(of.back/steps*time.Duration(i)).UTC())
	}
	return all
}

// perMinute is a number of a stretch as one of a minute.
func perMinute(n, minutes int) string {
	if n%minutes == 0 || n >= 10*minutes {
		return count(n/minutes) + " a minute"
	}
	return fmt.Sprintf("%.1f a minute", float64(n)/float64(minutes))
}
