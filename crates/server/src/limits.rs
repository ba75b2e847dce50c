//! How many requests one user and one address may make, and how many are handled at once.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::HttpRequest;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use raakvlak_domain::identifiers::UserId;
use raakvlak_service::error::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::configuration::Settings;
use crate::problem::Problem;

/// The limits of one server. Each counts on its own, so several servers behind one address allow as many times more.
#[derive(Debug)]
pub struct Limits {
    rates: Option<Rates>,
    behind_proxy: bool,
    places: Arc<Semaphore>,
    /// Rankings that are asked for, those that wait among them.
    asked_rankings: Arc<Semaphore>,
    /// Rankings that are worked out.
    rankings: Arc<Semaphore>,
}

/// A turn to rank, given back when dropped.
#[derive(Debug)]
pub struct Turn(#[allow(dead_code, reason = "what is held is given back")] [OwnedSemaphorePermit; 2]);

/// Of the requests that are handled at once, one in so many may be a ranking: the others are for whoever reads or writes something small.
const RANKINGS_AMONG_REQUESTS: usize = 4;
/// So many rankings for each thread are worked out at once: one computes while another waits for the disk. More would take memory and no less time.
const RANKINGS_A_THREAD: usize = 2;

/// How many rankings are worked out at once.
pub(crate) fn rankings_at_once(settings: &Settings) -> usize {
    settings.thread_count() * RANKINGS_A_THREAD
}

#[derive(Debug)]
struct Rates {
    users: DefaultKeyedRateLimiter<UserId>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    /// The limits that these settings ask for.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let rates = settings.rate_limits.then(|| Rates {
            users: limiter(settings.user_requests_per_minute.get()),
            addresses: limiter(settings.address_requests_per_minute.get()),
            sign_ins: limiter(settings.sign_ins_per_minute.get()),
        });
        let concurrent = settings.concurrent_requests.get() as usize;
        let semaphore = |places: usize| Arc::new(Semaphore::new(places.max(1)));
        Self {
            rates,
            behind_proxy: settings.behind_proxy,
            places: semaphore(concurrent),
            asked_rankings: semaphore(concurrent / RANKINGS_AMONG_REQUESTS),
            rankings: semaphore(rankings_at_once(settings)),
        }
    }

    /// Counts a request from an address.
    ///
    /// # Errors
    ///
    /// [`Error::TooMany`].
    pub fn count_address(&self, request: &HttpRequest) -> Result<(), Error> {
        self.rates.as_ref().map_or(Ok(()), |rates| counted(&rates.addresses, &self.address(request)))
    }

    /// Counts a try to sign in from an address.
    ///
    /// # Errors
    ///
    /// [`Error::TooMany`].
    pub fn count_sign_in(&self, request: &HttpRequest) -> Result<(), Error> {
        self.rates.as_ref().map_or(Ok(()), |rates| counted(&rates.sign_ins, &self.address(request)))
    }

    /// Counts a request of a user.
    ///
    /// # Errors
    ///
    /// [`Error::TooMany`].
    pub fn count_user(&self, user: &UserId) -> Result<(), Error> {
        self.rates.as_ref().map_or(Ok(()), |rates| counted(&rates.users, user))
    }

    /// A place for work that takes a thread; given back when dropped.
    ///
    /// # Errors
    ///
    /// [`Problem::Crowded`] when every place is taken: who waits in a line that grows is answered when nobody listens any more.
    pub fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| Problem::Crowded)
    }

    /// A turn to rank, first come, first served; who waits for it takes no place and no thread.
    ///
    /// # Errors
    ///
    /// [`Problem::Crowded`] when too many wait already.
    pub async fn turn_to_rank(&self) -> Result<Turn, Problem> {
        let asked = Arc::clone(&self.asked_rankings).try_acquire_owned().map_err(|_| Problem::Crowded)?;
        let turn = Arc::clone(&self.rankings).acquire_owned().await.map_err(|_| Problem::Crowded)?;
        Ok(Turn([asked, turn]))
    }

    /// Forgets who has not been here for a while; to be called now and then.
    pub fn forget(&self) {
        if let Some(rates) = &self.rates {
            rates.users.retain_recent();
            rates.addresses.retain_recent();
            rates.sign_ins.retain_recent();
        }
    }

    /// The address that a request is counted under.
    fn address(&self, request: &HttpRequest) -> IpAddr {
        let forwarded = if self.behind_proxy { forwarded(request) } else { None };
        let address = forwarded.or_else(|| request.peer_addr().map(|peer| peer.ip()));
        network(address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }
}

/// The last address of `X-Forwarded-For`: the one that our own proxy wrote; those before it are what the client claims.
fn forwarded(request: &HttpRequest) -> Option<IpAddr> {
    let last = request.headers().get_all("X-Forwarded-For").last()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

/// Whoever has one address of IPv6 has a whole /64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => IpAddr::V4(mapped),
            None => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        },
        address => address,
    }
}

fn limiter<K: std::hash::Hash + Eq + Clone>(per_minute: u32) -> DefaultKeyedRateLimiter<K> {
    RateLimiter::keyed(Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN)))
}

fn counted<K: std::hash::Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), Error> {
    limiter.check_key(key).map_err(|refused| {
        let wait = refused.wait_time_from(DefaultClock::default().now());
        Error::TooMany { retry_after: u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::Number;
    use actix_web::test::TestRequest;

    fn limits(behind_proxy: bool) -> Limits {
        Limits::new(&Settings {
            address_requests_per_minute: Number::new(2),
            user_requests_per_minute: Number::new(1),
            concurrent_requests: Number::new(1),
            behind_proxy,
            ..Settings::default()
        })
    }

    fn from(address: &str) -> HttpRequest {
        TestRequest::default().peer_addr(address.parse().unwrap()).to_http_request()
    }

    #[test]
    fn counts_each_address_on_its_own() {
        let limits = limits(false);
        assert!(limits.count_address(&from("10.0.0.1:1")).is_ok());
        assert!(limits.count_address(&from("10.0.0.1:2")).is_ok());
        let refused = limits.count_address(&from("10.0.0.1:3"));
        assert!(matches!(refused, Err(Error::TooMany { retry_after: 1..=31 })), "{refused:?}");
        assert!(limits.count_address(&from("10.0.0.2:1")).is_ok());
    }

    #[test]
    fn counts_a_network_of_ipv6_as_one() {
        let limits = limits(false);
        assert!(limits.count_address(&from("[2001:db8::1]:1")).is_ok());
        assert!(limits.count_address(&from("[2001:db8::2]:1")).is_ok());
        assert!(limits.count_address(&from("[2001:db8::3]:1")).is_err());
        assert_eq!(network("::ffff:10.0.0.1".parse().unwrap()), "10.0.0.1".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn believes_a_proxy_only_when_told_so() {
        let forwarded = |value: &str| {
            TestRequest::default().peer_addr("10.0.0.9:1".parse().unwrap()).insert_header(("X-Forwarded-For", value)).to_http_request()
        };
        assert_eq!(limits(false).address(&forwarded("1.1.1.1")).to_string(), "10.0.0.9");
        assert_eq!(limits(true).address(&forwarded("1.1.1.1, 2.2.2.2")).to_string(), "2.2.2.2");
        assert_eq!(limits(true).address(&forwarded("nonsense")).to_string(), "10.0.0.9");
    }

    #[test]
    fn a_place_comes_back() {
        let limits = limits(false);
        let place = limits.place().unwrap();
        assert_eq!(limits.place().unwrap_err(), Problem::Crowded);
        drop(place);
        assert!(limits.place().is_ok());
    }
}
