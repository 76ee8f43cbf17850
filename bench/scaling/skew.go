package main

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// heaviest is the load of the fullest of some databases, where an even one is 1.
func heaviest(loads []float64) float64 {
	sum := 0.0
	for _, l := range loads {
		sum += l
	}
	return slices.Max(loads) * float64(len(loads)) / sum
}

// byChance puts partners anywhere.
func byChance(partners *spread, databases int, seed uint64) float64 {
	r, loads := rand.New(rand.NewPCG(seed, 14)), make([]float64, databases)
	for i := range partners.sums {
		loads[r.IntN(databases)] += partners.share(i)
	}
	return heaviest(loads)
}

// byLoad puts the largest partner first, each where there is least.
func byLoad(shares []float64, databases int) float64 {
	shares = slices.SortedFunc(slices.Values(shares), func(a, b float64) int { return cmp.Compare(b, a) })
	loads := make([]float64, databases)
	for _, share := range shares {
		loads[slices.Index(loads, slices.Min(loads))] += share
	}
	return heaviest(loads)
}

func skewed() table {
	const partners, slots = 2_000, 16
	t := table{title: "How evenly partners spread over databases",
		note: "The load of the fullest database, where an even one is 1.00, for 2,000 partners. By slots, whoever is " +
			"larger than half a database has 16 slots, each with a part of its connections; everybody else has one.",
		head: []string{"databases", "Zipf's exponent", "largest partner's part of a database", "by chance",
			"by load, whole partners", "by load, slots"}}
	for _, n := range []int{4, 8, 16} {
		for _, exponent := range []float64{0.8, 1, 1.2} {
			s := spreadOver(partners, exponent)
			var whole, parts []float64
			chance := 0.0
			for i := range partners {
				share := s.share(i)
				whole = append(whole, share)
				if share*float64(n) <= 0.5 {
					parts = append(parts, share)
					continue
				}
				for range slots {
					parts = append(parts, share/slots)
				}
			}
			for seed := range uint64(20) {
				chance += byChance(s, n, seed) / 20
			}
			t.add(n, exponent, s.share(0)*float64(n), chance, byLoad(whole, n), byLoad(parts, n))
		}
	}
	return t
}
