// SPDX-License-Identifier: MIT
// The first query from C++: the same headers and library; what C ends by hand, smart pointers end.
//
//     STORE=5f0e0000-0000-4000-8000-000000000001 ./18-first-query
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <supa/fluent.h>
#include <supa/supa.h>

struct ended {
    void operator()(supa_manager *manager) const
    {
        supa_manager_free(manager);
    }
    void operator()(supa_client *client) const
    {
        supa_client_unref(client);
    }
    void operator()(supa_response *response) const
    {
        supa_response_free(response);
    }
};
template <class T> using owned = std::unique_ptr<T, ended>;

// A price is its digits, exactly; empty when it is null.
static std::string decimal(supa_row row, const char *column)
{
    const char *digits = "";
    size_t length = 0;

    supa_row_decimal(row, column, &digits, &length);
    return std::string(digits, length);
}

int main()
{
    supa_error error;
    owned<supa_manager> manager(supa_manager_from_env(&error));
    owned<supa_client> shop;

    if (manager)
        shop.reset(supa_manager_lease(manager.get(), std::getenv("STORE"), &error));
    if (!shop) {
        std::cerr << "18-first-query: " << error.message << "\n";
        return 1;
    }

    owned<supa_response> answer(SUPA_RUN(
        shop.get(), from("products"), select("slug,price"), eq("status", "active"),
        order("price", SUPA_DESC)));

    for (size_t i = 0; i < supa_response_row_count(answer.get()); i++) {
        supa_row row = supa_response_row(answer.get(), i);

        std::cout << std::setw(8) << decimal(row, "price") << "  "
                  << supa_row_string(row, "slug", "?") << "\n";
    }
    if (!supa_response_ok(answer.get())) {
        std::cerr << "18-first-query: " << supa_response_error(answer.get())->message << "\n";
        return 1;
    }
    return 0;
}
