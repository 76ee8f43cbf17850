package main

import (
	"math"
	"math/rand/v2"
	"sort"
)

// spread says how traffic falls on partners: that of the n-th is as 1/n to the power of an exponent.
type spread struct {
	// sums are the shares of all partners up to each, of a total of 1.
	sums []float64
	// bounds are where the connections of each partner begin among all.
	bounds []int
}

func spreadOver(partners int, exponent float64) *spread {
	s := &spread{}
	sum := 0.0
	for i := range partners {
		sum += math.Pow(float64(i+1), -exponent)
		s.sums = append(s.sums, sum)
	}
	for i := range s.sums {
		s.sums[i] /= sum
	}
	return s
}

// share is the part of all that is a partner's.
func (s *spread) share(partner int) float64 {
	if partner == 0 {
		return s.sums[0]
	}
	return s.sums[partner] - s.sums[partner-1]
}

// shares divides a number among the partners, one at least for each, as their traffic is.
func (s *spread) shares(number int) (all []int) {
	left := number - len(s.sums)
	given := 0
	for i := range s.sums {
		upTo := int(s.sums[i] * float64(left))
		all = append(all, 1+upTo-given)
		given = upTo
	}
	return all
}

// pick finds the connection of the next write: its partner by the partners' shares, and any of that partner's.
func (s *spread) pick(r *rand.Rand) int {
	partner := min(sort.SearchFloat64s(s.sums, r.Float64()), len(s.sums)-1)
	first, end := s.bounds[partner], s.bounds[partner+1]
	return first + r.IntN(end-first)
}
