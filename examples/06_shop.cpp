// SPDX-License-Identifier: Apache-2.0

// thaw from C++: handles as unique_ptr, statuses as exceptions, and a small shop service around them.
//
// New calls: none. The header is plain C and compiles as C++11.

#include <cmath>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "shop.h"
#include "thaw/thaw.h"

namespace {

struct error : std::runtime_error {
    explicit error(thaw_status code) : std::runtime_error(thaw_last_error()), status(code) {}
    thaw_status status;
};

void check(thaw_status status)
{
    if (status != THAW_OK) throw error(status);
}

struct deleter {
    void operator()(thaw_data *p) const { thaw_data_free(p); }
    void operator()(thaw_model *p) const { thaw_model_free(p); }
    void operator()(thaw_user *p) const { thaw_user_free(p); }
    void operator()(shop *p) const { shop_free(p); }
};
template <class T> using handle = std::unique_ptr<T, deleter>;

struct rating {
    std::string item;
    float value;
};

struct recommendation {
    std::string item;
    double mean, sd;
};

class recommender {
public:
    recommender(const thaw_data *data, int rank)
    {
        thaw_config config;
        check(thaw_config_init(&config, sizeof config));
        config.rank = rank;
        thaw_model *made = nullptr;
        check(thaw_model_create(&made, &config, data));
        model_.reset(made);
        check(thaw_pretrain(made, nullptr, data, nullptr, nullptr));
    }

    // Safe to call from many threads: the model is const, and every call creates its own user.
    std::vector<recommendation> recommend(const std::vector<rating> &ratings, std::size_t top) const
    {
        std::vector<thaw_event> events;
        std::vector<std::int64_t> rated;
        for (const rating &r : ratings) {
            thaw_event event = thaw_event();
            check(thaw_model_item_row(model_.get(), &event.item, r.item.c_str()));
            event.value = r.value;
            events.push_back(event);
            rated.push_back(event.item);
        }
        thaw_user *made = nullptr;
        check(thaw_user_create(&made, model_.get()));
        const handle<thaw_user> user(made);
        check(thaw_adapt(model_.get(), made, events.data(), static_cast<std::int64_t>(events.size())));

        thaw_query query;
        check(thaw_query_init(&query, sizeof query));
        query.top = static_cast<std::int64_t>(top);
        query.exclude = rated.data();
        query.n_exclude = static_cast<std::int64_t>(rated.size());
        std::vector<thaw_hit> hits(top);
        std::int64_t n = 0;
        check(thaw_recommend(model_.get(), made, hits.data(), &n, &query));

        std::vector<recommendation> out;
        for (std::int64_t i = 0; i < n; i++) {
            const thaw_hit &hit = hits[static_cast<std::size_t>(i)];
            const char *key = nullptr;
            check(thaw_model_item_key(model_.get(), &key, hit.item));
            out.push_back({key, hit.mean, std::sqrt(static_cast<double>(hit.variance))});
        }
        return out;
    }

private:
    handle<thaw_model> model_;
};

} // namespace

int main()
try {
    const handle<shop> s(shop_create(500, 120, 9));
    if (!s) throw std::bad_alloc();
    thaw_data *made = nullptr;
    check(thaw_data_create(&made, nullptr));
    const handle<thaw_data> data(made);
    check(shop_fill(made, s.get(), 0, s->n_users));

    const recommender r(made, 6);
    for (const recommendation &x : r.recommend({{s->items[0].key, 5}, {s->items[1].key, 2}}, 5)) {
        std::printf("%.2f ± %.2f  %s\n", x.mean, x.sd, x.item.c_str());
    }
    try {
        r.recommend({{"unknown item", 5}}, 5);
        return 1;
    } catch (const error &e) {
        std::printf("expected error: %s\n", e.what());
        return e.status == THAW_E_UNKNOWN ? 0 : 1;
    }
} catch (const std::exception &e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
