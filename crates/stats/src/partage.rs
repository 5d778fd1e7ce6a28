//! A whole number shared in proportion to weights, nothing lost and nothing added: the method of the largest
//! remainder (Hamilton). Amounts are in cents.

/// The shares of `total`, as long as the weights and adding up to `total` exactly; none when no weight is
/// above zero. Of equal remainders, the first in the list is served.
#[must_use]
pub fn share(total: u64, poids: &[u64]) -> Option<Vec<u64>> {
    let sum: u128 = poids.iter().map(|weight| u128::from(*weight)).sum();
    if sum == 0 {
        return None;
    }
    let exact = |weight: &u64| u128::from(total) * u128::from(*weight);
    // A share is at most the total.
    let floor = |weight: &u64| u64::try_from(exact(weight) / sum).unwrap_or(u64::MAX);
    let mut shares: Vec<u64> = poids.iter().map(floor).collect();
    let given: u64 = shares.iter().sum();
    let mut order: Vec<(u128, usize)> =
        poids.iter().enumerate().map(|(rank, weight)| (exact(weight) % sum, rank)).collect();
    order.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
    let left = usize::try_from(total - given).unwrap_or(usize::MAX);
    for (_, rank) in order.into_iter().take(left) {
        if let Some(share) = shares.get_mut(rank) {
            *share += 1;
        }
    }
    Some(shares)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_cents_go_to_the_largest_remainders() {
        // 100 cents over 1, 1, 1: 33.33 each, the first takes the cent.
        assert_eq!(share(100, &[1, 1, 1]), Some(vec![34, 33, 33]));
        // Hamilton by hand: 10 over 7, 5, 3: 4.67, 3.33, 2.0.
        assert_eq!(share(10, &[7, 5, 3]), Some(vec![5, 3, 2]));
        assert_eq!(share(10, &[0, 5]), Some(vec![0, 10]));
        assert_eq!(share(10, &[0, 0]), None);
        assert_eq!(share(0, &[1, 2]), Some(vec![0, 0]));
        assert_eq!(share(u64::MAX, &[u64::MAX, 1]).unwrap().iter().sum::<u64>(), u64::MAX);
    }

    proptest! {
        #[test]
        fn shares_add_up_and_are_within_one_cent_of_the_proportion(
            total in 0u64..1_000_000_000_000,
            poids in prop::collection::vec(0u64..1_000_000, 1..80),
        ) {
            prop_assume!(poids.iter().any(|weight| *weight > 0));
            let shares = share(total, &poids).unwrap();
            prop_assert_eq!(shares.iter().sum::<u64>(), total);
            let sum: u64 = poids.iter().sum();
            for (share, weight) in shares.iter().zip(&poids) {
                let exact = u128::from(total) * u128::from(*weight);
                let told = u128::from(*share) * u128::from(sum);
                prop_assert!(told.abs_diff(exact) < u128::from(sum));
            }
        }
    }
}
